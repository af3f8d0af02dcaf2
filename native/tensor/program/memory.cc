// The system's own zero pages; the sanitizer is told what lies between the parts of a block.
#include "memory.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

#if defined(_WIN32)
#include <windows.h>
#else
#include <unistd.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace verisim {
namespace {

constexpr size_t line = 64;
/// Matrices of several megabytes with rows a page apart spend a twentieth of a product's time on page walks unless their
/// pages are large.
[[maybe_unused]] constexpr size_t largePage = size_t{1} << 21;

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
constexpr bool mapped = true;
#else
constexpr bool mapped = false;
#endif

}  // namespace

// Mapped memory goes back to the system when it is freed; the allocator would keep and split it.
Block::Block(int64_t words) : bytes_(static_cast<size_t>(words) * sizeof(int32_t) + line) {
  size_t unit = line;
#if defined(__linux__)
  if constexpr (mapped) {
    if (bytes_ >= largePage) {
      unit = largePage;
      bytes_ += largePage;
    }
    memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
  }
#endif
  if constexpr (!mapped) {
    memory_ = std::calloc(bytes_, 1);
    if (memory_ == nullptr) throw std::bad_alloc();
  }
  const size_t past = reinterpret_cast<uintptr_t>(memory_) % unit, gap = past == 0 ? 0 : unit - past;
  data_ = reinterpret_cast<int32_t*>(static_cast<char*>(memory_) + gap);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (unit == largePage) madvise(data_, (bytes_ - gap) / largePage * largePage, MADV_HUGEPAGE);
#endif
}

void Block::guard([[maybe_unused]] int64_t begin, [[maybe_unused]] int64_t end) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(data_ + begin, static_cast<size_t>(end - begin) * sizeof(int32_t));
#endif
}

Block::Block(Block&& other) noexcept
    : bytes_(other.bytes_), memory_(std::exchange(other.memory_, nullptr)), data_(other.data_) {}

Block::~Block() {
#if defined(__linux__)
  if (mapped && memory_ != nullptr) munmap(memory_, bytes_);
#endif
  if constexpr (!mapped) std::free(memory_);
}

int64_t machineMemory() {
#if defined(_WIN32)
  MEMORYSTATUSEX status = {};
  status.dwLength = sizeof status;
  return GlobalMemoryStatusEx(&status) ? static_cast<int64_t>(status.ullTotalPhys) : 0;
#else
  const long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && bytes > 0 ? static_cast<int64_t>(pages) * bytes : 0;
#endif
}

}  // namespace verisim
