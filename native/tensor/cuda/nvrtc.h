// NVRTC, NVIDIA's run-time compiler, where it is found: a user of the package needs none.
#pragma once

#include <optional>
#include <string>

#include "library.h"

namespace verisim {

class Nvrtc {
 public:
  /// Nothing where there is no NVRTC; `tried` then says what was looked for.
  static std::optional<Nvrtc> open(std::string& tried);

  /// Kernel text to a cubin for `sm_90` and the like, or to PTX for `compute_75`.
  /// Throws CodedError VERISIM_CUDA_COMPILE with the compiler's own words.
  std::string compile(const std::string& text, const std::string& architecture) const;

  const std::string& version() const { return version_; }

 private:
  Nvrtc() = default;

  Library library_;
  std::string version_;
};

}  // namespace verisim
