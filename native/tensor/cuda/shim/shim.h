// Runs kernel text on the CPU, for tests: the text that NVRTC gets is compiled by g++ after this header. A launch runs
// block by block; every CUDA thread is a fiber that runs to its next barrier, so barriers, shuffles and shared memory mean
// what they mean on a GPU. Shared memory is poisoned before each block, a barrier that not all threads of a block reach is
// an error, and fibers may run in reverse or shuffled order, so that a race shows as another result.
#pragma once

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "switch.h"
#include "unit.h"

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
// Static, in a section of its own: its bounds are known to the linker, so it can be poisoned.
#define __shared__ static __attribute__((section("vshim_shared"), used))

extern "C" {
extern char __start_vshim_shared __attribute__((weak, visibility("hidden")));
extern char __stop_vshim_shared __attribute__((weak, visibility("hidden")));
}

namespace vshim {

struct Dim3 {
  unsigned x, y, z;
};

enum class Wait { none, block, warp, done };

struct Fiber {
  Place place;
  Wait wait = Wait::none;
  int line = 0;
  unsigned index = 0;
};

inline constexpr size_t stackBytes = 128 << 10;

struct Machine {
  std::vector<Fiber> fibers;
  char* stacks = nullptr;
  size_t stackCount = 0;
  Place scheduler;
  Fiber* running = nullptr;
  Call call = nullptr;
  void** arguments = nullptr;
  uint64_t slots[1024] = {};  // one per thread, for shuffles
  std::string error;
};

inline Machine machine;

}  // namespace vshim

static vshim::Dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace vshim {

/// Back to the scheduler until what the fiber waits for has come.
inline void pause(Wait wait, int line) {
  Fiber* const self = machine.running;
  self->wait = wait;
  self->line = line;
  change(self->place, machine.scheduler);
}

inline void fiberMain() {
  for (;;) {
    machine.call(machine.arguments);
    pause(Wait::done, 0);
  }
}

inline void resume(Fiber& fiber) {
  machine.running = &fiber;
  threadIdx = {fiber.index % blockDim.x, fiber.index / blockDim.x % blockDim.y, fiber.index / (blockDim.x * blockDim.y)};
  fiber.wait = Wait::none;
  change(machine.scheduler, fiber.place);
}

inline void prepare(unsigned threads) {
  if (machine.stackCount < threads) {
    if (machine.stacks != nullptr) munmap(machine.stacks, machine.stackCount * stackBytes);
    machine.stacks = static_cast<char*>(mmap(nullptr, threads * stackBytes, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    machine.stackCount = threads;
    machine.fibers.clear();
  }
  const size_t ready = machine.fibers.size() <= threads ? machine.fibers.size() : 0;
  if (ready == threads && ready > 0) return;
  machine.fibers = std::vector<Fiber>(threads);
  for (unsigned i = 0; i < threads; i++) {
    Fiber& fiber = machine.fibers[i];
    fiber.index = i;
    begin(fiber.place, machine.stacks + i * stackBytes, stackBytes, &fiberMain);
  }
}

/// The next of a fixed sequence of pseudo-random numbers.
inline uint32_t shuffleWord() {
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

inline std::vector<unsigned> orderOf(unsigned count, Order order) {
  std::vector<unsigned> result(count);
  for (unsigned i = 0; i < count; i++) result[i] = order == Order::reverse ? count - 1 - i : i;
  if (order == Order::shuffled)
    for (unsigned i = count; i > 1; i--) std::swap(result[i - 1], result[shuffleWord() % i]);
  return result;
}

/// Lets those go on whose barrier is complete; false where nobody can and the block is not done.
inline bool release(unsigned threads) {
  bool any = false;
  for (unsigned warp = 0; warp < threads; warp += 32) {
    const unsigned end = warp + 32 < threads ? warp + 32 : threads;
    bool complete = true, some = false, left = false;
    for (unsigned i = warp; i < end; i++) {
      complete &= machine.fibers[i].wait == Wait::warp;
      some |= machine.fibers[i].wait == Wait::warp;
      left |= machine.fibers[i].wait == Wait::done;
    }
    if (some && left) {
      machine.error = "a lane left the kernel before a shuffle of its warp";
      return false;
    }
    if (!complete) continue;
    any = true;
    for (unsigned i = warp; i < end; i++) machine.fibers[i].wait = Wait::none;
  }
  if (any) return true;
  const Fiber& first = machine.fibers[0];
  for (unsigned i = 0; i < threads; i++) {
    const Fiber& fiber = machine.fibers[i];
    if (fiber.wait == first.wait && fiber.line == first.line) continue;
    const bool left = fiber.wait == Wait::done || first.wait == Wait::done;
    machine.error = left ? "a thread left the kernel before __syncthreads of its block"
                         : "threads of one block wait at different barriers";
    return false;
  }
  if (first.wait == Wait::done) return false;
  for (unsigned i = 0; i < threads; i++) machine.fibers[i].wait = Wait::none;
  return true;
}

inline bool runBlock(unsigned threads, Order order) {
  char* const begin = &__start_vshim_shared;
  char* const end = &__stop_vshim_shared;
  if (begin != nullptr && end > begin) memset(begin, 0xff, static_cast<size_t>(end - begin));  // NaN, -1
  for (Fiber& fiber : machine.fibers) fiber.wait = Wait::none;
  do {
    for (const unsigned i : orderOf(threads, order))
      if (machine.fibers[i].wait == Wait::none) resume(machine.fibers[i]);
  } while (release(threads));
  return machine.error.empty();
}

/// Runs one launch; null, or what went wrong.
inline const char* launch(Call call, void** arguments, const unsigned* grid, const unsigned* block, Order order) {
  const unsigned threads = block[0] * block[1] * block[2];
  if (threads == 0 || threads > 1024) return "a block has 1 to 1024 threads";
  const uint64_t blocks = uint64_t{grid[0]} * grid[1] * grid[2];
  if (blocks == 0 || grid[1] > 65535 || grid[2] > 65535) return "a grid is not empty, and 65535 at most in y and z";
  prepare(threads);
  machine.call = call;
  machine.arguments = arguments;
  machine.error.clear();
  gridDim = {grid[0], grid[1], grid[2]};
  blockDim = {block[0], block[1], block[2]};
  for (uint64_t i = 0; i < blocks; i++) {
    const uint64_t at = order == Order::forward ? i : blocks - 1 - i;
    blockIdx = {static_cast<unsigned>(at % grid[0]), static_cast<unsigned>(at / grid[0] % grid[1]),
                static_cast<unsigned>(at / (uint64_t{grid[0]} * grid[1]))};
    if (runBlock(threads, order)) continue;
    machine.fibers.clear();  // they stand in the middle of a kernel
    return machine.error.c_str();
  }
  return nullptr;
}

template <auto kernel> struct Caller;
template <class... A, void (*kernel)(A...)> struct Caller<kernel> {
  template <size_t... I>
  static void unpack(void** arguments, std::index_sequence<I...>) {
    kernel(*static_cast<A*>(arguments[I])...);
  }
  static void call(void** arguments) { unpack(arguments, std::index_sequence_for<A...>{}); }
  static constexpr size_t count = sizeof...(A);
  static constexpr size_t sizes[count + 1] = {sizeof(A)..., 0};
};

template <auto kernel>
constexpr Entry entry(const char* name) {
  return {name, &Caller<kernel>::call, Caller<kernel>::sizes, Caller<kernel>::count};
}

template <class T>
T exchange(T value, unsigned source, int line) {
  const unsigned self = machine.running->index;
  memcpy(&machine.slots[self], &value, sizeof(T));
  pause(Wait::warp, line);
  memcpy(&value, &machine.slots[(self & ~31u) + (source & 31u)], sizeof(T));
  pause(Wait::warp, -line);
  return value;
}

inline unsigned lane() { return machine.running->index & 31u; }

inline unsigned ballot(bool vote, int line) {
  const unsigned self = machine.running->index;
  machine.slots[self] = vote;
  pause(Wait::warp, line);
  unsigned result = 0;
  for (unsigned i = 0; i < 32; i++) result |= static_cast<unsigned>(machine.slots[(self & ~31u) + i]) << i;
  pause(Wait::warp, -line);
  return result;
}

}  // namespace vshim

#define __syncthreads() vshim::pause(vshim::Wait::block, __LINE__)
#define __ballot_sync(mask, vote) vshim::ballot(vote, __LINE__)
#define __shfl_sync(mask, value, source) vshim::exchange(value, static_cast<unsigned>(source), __LINE__)
#define __shfl_xor_sync(mask, value, bits) vshim::exchange(value, vshim::lane() ^ static_cast<unsigned>(bits), __LINE__)
#define __shfl_up_sync(mask, value, by) \
  vshim::exchange(value, vshim::lane() >= static_cast<unsigned>(by) ? vshim::lane() - static_cast<unsigned>(by) : vshim::lane(), __LINE__)

static inline float __int_as_float(int bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
static inline int __float_as_int(float value) {
  int bits;
  memcpy(&bits, &value, 4);
  return bits;
}
static inline int __ffs(int bits) { return __builtin_ffs(bits); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((uint64_t{a} * b) >> 32); }
static inline float cospif(float x) { return static_cast<float>(cos(3.14159265358979323846 * static_cast<double>(x))); }
static inline float sinpif(float x) { return static_cast<float>(sin(3.14159265358979323846 * static_cast<double>(x))); }
static inline float rsqrtf(float x) { return static_cast<float>(1.0 / sqrt(static_cast<double>(x))); }
// As the GPU does: towards zero, the nearest end of the range outside it, 0 for NaN.
static inline int __float2int_rz(float x) {
  if (x != x) return 0;
  return x >= 2147483648.0f ? 2147483647 : x < -2147483648.0f ? -2147483647 - 1 : static_cast<int>(x);
}
