// Device memory of one program: everything it allocates is given back together.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "driver.h"

namespace verisim::cuda {

class Memory {
 public:
  explicit Memory(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)) {}
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// Memory of its own, zeroed; at least one byte. The context must be current.
  Address allocate(int64_t bytes);

  /// A copy of a table that kernels read; small ones share blocks.
  Address table(const void* data, size_t bytes);

  /// Scratch of one instruction: instructions run one after the other, so all share the same stretch. `reset` begins the
  /// next instruction.
  Address scratch(int64_t bytes);
  void resetScratch() { scratchUsed_ = 0; }

 private:
  std::shared_ptr<Gpu> gpu_;
  std::vector<Address> blocks_;
  Address table_ = 0, scratch_ = 0;
  int64_t tableLeft_ = 0, scratchSize_ = 0, scratchUsed_ = 0;
};

}  // namespace verisim::cuda
