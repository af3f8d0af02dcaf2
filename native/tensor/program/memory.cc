// calloc keeps the system's zero pages; the sanitizer is told where a block ends.
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

/// Asks for pages of 2 MiB where a block has room for some: matrices of several megabytes with rows a page apart spend a
/// twentieth of a product's time on page walks otherwise.
void askForLargePages(void* memory, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t page = uintptr_t{1} << 21;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(memory) + page - 1) / page * page;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(memory) + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

}  // namespace

Block::Block(int64_t words) {
  const size_t bytes = static_cast<size_t>(words) * sizeof(int32_t);
  memory_ = std::calloc(bytes + line, 1);
  if (memory_ == nullptr) throw std::bad_alloc();
  askForLargePages(memory_, bytes + line);
  const size_t past = reinterpret_cast<uintptr_t>(memory_) % line, gap = past == 0 ? 0 : line - past;
  data_ = reinterpret_cast<int32_t*>(static_cast<char*>(memory_) + gap);
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(reinterpret_cast<char*>(data_) + bytes, line - gap);
#endif
}

void Block::guard([[maybe_unused]] int64_t begin, [[maybe_unused]] int64_t end) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(data_ + begin, static_cast<size_t>(end - begin) * sizeof(int32_t));
#endif
}

Block::Block(Block&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), data_(other.data_) {}

Block::~Block() { std::free(memory_); }

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
