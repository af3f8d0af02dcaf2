// Blocks of device memory, and small pieces cut from them.
#include "memory.h"

#include <algorithm>

namespace verisim::cuda {
namespace {

constexpr int64_t line = 256, tableBlock = 256 << 10, leastScratch = 1 << 20;

int64_t rounded(int64_t bytes) { return (std::max<int64_t>(1, bytes) + line - 1) / line * line; }

}  // namespace

Memory::~Memory() {
  Context popped;
  // Without a context there is nothing that could be given back.
  if (blocks_.empty() || gpu_->api().contextPush(gpu_->context()) != success) return;
  for (const Address block : blocks_) gpu_->api().free(block);
  gpu_->api().contextPop(&popped);
}

Address Memory::allocate(int64_t bytes) {
  const int64_t size = rounded(bytes);
  blocks_.reserve(blocks_.size() + 1);
  Address address = 0;
  gpu_->check(gpu_->api().allocate(&address, static_cast<size_t>(size)), "cuMemAlloc");
  blocks_.push_back(address);
  gpu_->check(gpu_->api().fill(address, 0, static_cast<size_t>(size / 4), gpu_->stream()), "cuMemsetD32Async");
  return address;
}

Address Memory::table(const void* data, size_t bytes) {
  const int64_t size = rounded(static_cast<int64_t>(bytes));
  if (size > tableLeft_) {
    tableLeft_ = std::max(size, tableBlock);
    table_ = allocate(tableLeft_);
  }
  const Address address = table_;
  if (bytes > 0) {
    gpu_->check(gpu_->api().copyIn(address, data, bytes, gpu_->stream()), "cuMemcpyHtoDAsync");
    // The caller's memory may go as soon as this returns.
    gpu_->check(gpu_->api().streamSynchronize(gpu_->stream()), "cuStreamSynchronize");
  }
  table_ += static_cast<Address>(size);
  tableLeft_ -= size;
  return address;
}

Address Memory::scratch(int64_t bytes) {
  const int64_t size = rounded(bytes);
  if (scratchUsed_ + size > scratchSize_) {
    // Launches hold the old stretch, which stays until the program goes.
    scratchSize_ = std::max({size, scratchSize_ * 2, leastScratch});
    scratch_ = allocate(scratchSize_);
    scratchUsed_ = 0;
  }
  const Address address = scratch_ + static_cast<Address>(scratchUsed_);
  scratchUsed_ += size;
  return address;
}

}  // namespace verisim::cuda
