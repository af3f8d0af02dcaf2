// Reading and writing of the archive of compiled kernels.
#include "images.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "old_glibc.h"
#include "program/coded_error.h"
#include "texts.h"

namespace verisim::cuda {
namespace {

constexpr const char* archiveName = "verisim_cuda.kernels";

/// FNV-1a, so that kernels never run that were compiled from another text.
std::string textHash() {
  uint64_t hash = 14695981039346656037u;
  for (const char byte : familiesText()) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  std::ostringstream text;
  text << std::hex << hash;
  return text.str();
}

std::string archivePath() {
  if (const char* const given = std::getenv("VERISIM_CUDA_KERNELS")) return given;
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&familiesImage), &info) == 0 || info.dli_fname == nullptr) return archiveName;
  const std::string own = info.dli_fname;
  return own.substr(0, own.rfind('/') + 1) + archiveName;
}

/// Empty where the archive is not there or not of this addon; `why` then says so.
std::vector<Image> readArchive(const std::string& path, std::string& why) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    why = "no compiled kernels at " + path;
    return {};
  }
  std::string line;
  std::getline(file, line);
  if (line != "verisim-cuda " + textHash()) {
    why = "the compiled kernels at " + path + " are of another version";
    return {};
  }
  std::vector<Image> images;
  std::vector<size_t> sizes;
  while (std::getline(file, line) && !line.empty()) {
    std::istringstream words(line);
    Image image;
    size_t size = 0;
    words >> image.architecture >> size;
    images.push_back(image);
    sizes.push_back(size);
  }
  for (size_t i = 0; i < images.size(); i++) {
    images[i].bytes.resize(sizes[i]);
    file.read(images[i].bytes.data(), static_cast<std::streamsize>(sizes[i]));
  }
  if (!file) {
    why = "the compiled kernels at " + path + " are cut short";
    return {};
  }
  return images;
}

}  // namespace

std::string writeArchive(const std::vector<Image>& images) {
  std::string archive = "verisim-cuda " + textHash() + "\n";
  for (const Image& image : images) archive += image.architecture + " " + std::to_string(image.bytes.size()) + "\n";
  archive += "\n";
  for (const Image& image : images) archive += image.bytes;
  return archive;
}

std::optional<std::string> shippedImage(int capability, std::string& why) {
  const std::vector<Image> images = readArchive(archivePath(), why);
  // A cubin runs on devices of its major version from its minor one on; PTX on every later device.
  const Image* best = nullptr;
  int bestMinor = -1;
  for (const Image& image : images) {
    const bool ptx = image.architecture.starts_with("compute_");
    const int version = std::atoi(image.architecture.c_str() + image.architecture.find('_') + 1);
    const bool fits = ptx ? version <= capability : version / 10 == capability / 10 && version <= capability;
    const int rank = ptx ? 0 : 1 + version % 10;
    if (!fits || rank <= bestMinor) continue;
    best = &image;
    bestMinor = rank;
  }
  if (best != nullptr) return best->bytes;
  if (!images.empty()) why = "the compiled kernels do not fit sm_" + std::to_string(capability);
  return std::nullopt;
}

std::string familiesImage(int capability, const std::optional<Nvrtc>& nvrtc, const std::string& nvrtcTried) {
  std::string why;
  if (auto image = shippedImage(capability, why)) return *std::move(image);
  if (nvrtc) return nvrtc->compile(familiesText(), "sm_" + std::to_string(capability));
  throw CodedError("VERISIM_DEVICE_UNAVAILABLE", "no CUDA device can be used: " + why + "; " + nvrtcTried);
}

}  // namespace verisim::cuda
