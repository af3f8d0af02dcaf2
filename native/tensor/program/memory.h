// Memory of a program: zeros that the system hands out page by page as they are touched, so that a large slot costs
// nothing before it is used.
#pragma once

#include <cstddef>
#include <cstdint>

namespace verisim {

/// `words` zeroed 32-bit words that begin at a cache line. Throws std::bad_alloc.
class Block {
 public:
  explicit Block(int64_t words);
  Block(Block&& other) noexcept;
  Block& operator=(Block&&) = delete;
  ~Block();
  int32_t* data() const { return data_; }

  /// Tells the sanitizer that nobody may touch these words.
  void guard(int64_t begin, int64_t end);

 private:
  size_t bytes_;
  void* memory_ = nullptr;
  int32_t* data_ = nullptr;
};

/// Bytes of this machine's memory; 0 where it is not known.
int64_t machineMemory();

}  // namespace verisim
