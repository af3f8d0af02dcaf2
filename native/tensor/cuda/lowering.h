// From instructions to launches: what grid a kernel gets, and its arguments at their final addresses.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "device_layout.h"
#include "memory.h"
#include "program/kernel.h"

namespace verisim::cuda {

/// A kernel call, or a product for cuBLAS, as it is repeated in every step.
struct Work {
  std::string kernel;
  bool generated = false;  // of the program's own unit, not of the families
  Function function = nullptr;
  uint32_t grid[2] = {1, 1};
  uint32_t threads = 1;
  std::vector<char> bytes;       // arguments, each at a multiple of 8
  std::vector<size_t> sizes;     // of each argument

  struct Multiplication {
    Address a, b, c;
    device::Product product;
  };
  std::optional<Multiplication> blas;
};

class Lowering {
 public:
  /// `state`: the address of the RunState. `text`: where kernels of fused groups are written to; null: they are
  /// interpreted.
  Lowering(Memory& memory, Address state, const Blas* blas, std::string* text)
      : memory_(memory), state_(state), blas_(blas), text_(text) {}

  /// Appends the launches of an instruction that the CPU's bind has checked. Operands hold device addresses.
  /// Throws CodedError VERISIM_PROGRAM_INVALID for a kernel that CUDA lacks.
  void lower(std::string_view kernel, const Instruction& instruction);

  /// Adds a launch of `blocks` x `blocksY` blocks; nothing where there is no block. Numbers must have the kernel's own
  /// types: i64 for long ones, int32_t, float, Address, structures of layout.cuh.
  template <class... A>
  void launch(const std::string& kernel, int64_t blocks, int64_t blocksY, uint32_t threads, const A&... arguments) {
    if (Work* const work = begin(kernel, blocks, blocksY, threads)) (argument(*work, arguments), ...);
  }
  /// A thread per number.
  template <class... A>
  void launchOver(const std::string& kernel, int64_t count, const A&... arguments) {
    launch(kernel, (count + 255) / 256, 1, 256, arguments...);
  }

  /// As launch, with addresses after the first argument.
  void launchGenerated(const std::string& kernel, int64_t blocks, const device::Frame& frame,
                       const std::vector<Address>& addresses);

  void multiply(Address a, Address b, Address c, const device::Product& product);

  template <class T>
  Address table(const std::vector<T>& values) {
    return memory_.table(values.data(), values.size() * sizeof(T));
  }
  Address scratch(int64_t bytes) { return memory_.scratch(bytes); }
  Address state() const { return state_; }
  const Blas* blas() const { return blas_; }
  std::string* text() { return text_; }
  int64_t nextKernel() { return generated_++; }

  std::vector<Work> take() { return std::exchange(work_, {}); }

 private:
  Work* begin(const std::string& kernel, int64_t blocks, int64_t blocksY, uint32_t threads);

  template <class T>
  static void argument(Work& work, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const size_t at = work.bytes.size();
    work.bytes.resize(at + (sizeof(T) + 7) / 8 * 8);
    std::memcpy(work.bytes.data() + at, &value, sizeof(T));
    work.sizes.push_back(sizeof(T));
  }

  Memory& memory_;
  Address state_;
  const Blas* blas_;
  std::string* text_;
  int64_t generated_ = 0;
  std::vector<Work> work_;
};

inline Address addressOf(const Operand& operand) { return reinterpret_cast<Address>(operand.data); }

// lower_fused.cc
void lowerFused(const Instruction& instruction, Lowering& out);

}  // namespace verisim::cuda
