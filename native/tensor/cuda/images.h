// The compiled kernels of the families: an archive beside the addon, written at release time; or NVRTC.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nvrtc.h"

namespace verisim::cuda {

struct Image {
  std::string architecture;  // sm_90, or compute_75 for PTX
  std::string bytes;
};

/// First line of an archive: the hash of the text that the images were compiled from. Then a line `architecture bytes`
/// for each, an empty line, and the bytes.
std::string writeArchive(const std::vector<Image>& images);

/// The shipped image for a device of `capability` (75 is sm_75): a cubin of its major version, else PTX. Where there is
/// none, `why` says so.
std::optional<std::string> shippedImage(int capability, std::string& why);

/// The shipped image, else what NVRTC makes.
/// Throws CodedError VERISIM_DEVICE_UNAVAILABLE where there is neither; `nvrtcTried` says why there is no NVRTC.
std::string familiesImage(int capability, const std::optional<Nvrtc>& nvrtc, const std::string& nvrtcTried);

}  // namespace verisim::cuda
