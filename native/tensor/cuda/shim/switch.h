// One stack for another: how fibers are entered and left. In assembly on x86-64, since swapcontext makes a system call each
// time and sanitizers take longjmp between stacks for a fault; elsewhere by swapcontext.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

extern "C" __attribute__((visibility("hidden"))) void vshimSwitch(void** from, void* to);
__asm__(R"(
.text
.type vshimSwitch, @function
vshimSwitch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size vshimSwitch, . - vshimSwitch
)");

namespace vshim {

struct Place {
  void* stack = nullptr;
};

/// A place from which `main` begins; it never returns.
inline void begin(Place& place, char* stack, size_t bytes, void (*main)()) {
  auto** top = reinterpret_cast<void**>((reinterpret_cast<uintptr_t>(stack) + bytes) & ~uintptr_t{15}) - 2;
  *top = reinterpret_cast<void*>(main);
  for (int i = 0; i < 6; i++) *--top = nullptr;  // registers
  place.stack = top;
}

inline void change(Place& from, Place& to) { vshimSwitch(&from.stack, to.stack); }

}  // namespace vshim

#else

#include <ucontext.h>

namespace vshim {

struct Place {
  ucontext_t context;
};

inline void begin(Place& place, char* stack, size_t bytes, void (*main)()) {
  getcontext(&place.context);
  place.context.uc_stack.ss_sp = stack;
  place.context.uc_stack.ss_size = bytes;
  place.context.uc_link = nullptr;
  makecontext(&place.context, main, 0);
}

inline void change(Place& from, Place& to) { swapcontext(&from.context, &to.context); }

}  // namespace vshim

#endif
