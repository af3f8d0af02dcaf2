// Compiles kernel texts by NVRTC, without a GPU: the compile check and the release step of the CUDA kernels.
//   compile --families FILE                  writes the text of the precompiled families
//   compile --archive FILE ARCHITECTURE...   compiles them into an archive that the addon reads
//   compile OUTDIR ARCHITECTURE... < list    compiles every file of the list (one path a line); writes OUTDIR/NAME.ARCH
// The library is the one that VERISIM_NVRTC_LIBRARY names. Ends with code 1 and the compiler's words where one fails.
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cuda/images.h"
#include "cuda/nvrtc.h"
#include "cuda/texts.h"

namespace {

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void writeFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path);
}

verisim::Nvrtc openNvrtc() {
  std::string tried;
  auto nvrtc = verisim::Nvrtc::open(tried);
  if (!nvrtc) throw std::runtime_error("no NVRTC: " + tried);
  return *std::move(nvrtc);
}

void writeArchive(const std::string& path, char** architectures, int count) {
  const verisim::Nvrtc nvrtc = openNvrtc();
  std::vector<verisim::cuda::Image> images;
  for (int i = 0; i < count; i++) images.push_back({architectures[i], nvrtc.compile(verisim::familiesText(), architectures[i])});
  writeFile(path, verisim::cuda::writeArchive(images));
}

int compileAll(const std::string& folder, char** architectures, int count) {
  const verisim::Nvrtc nvrtc = openNvrtc();
  int failed = 0;
  for (std::string path; std::getline(std::cin, path);) {
    const std::string text = readFile(path);
    const std::string name = path.substr(path.rfind('/') + 1);
    for (int i = 0; i < count; i++) {
      const auto begin = std::chrono::steady_clock::now();
      try {
        writeFile(folder + "/" + name + "." + architectures[i], nvrtc.compile(text, architectures[i]));
      } catch (const std::exception& error) {
        failed++;
        std::cerr << name << ": " << error.what() << "\n";
      }
      const auto taken = std::chrono::steady_clock::now() - begin;
      std::cout << name << " " << architectures[i] << " "
                << std::chrono::duration_cast<std::chrono::milliseconds>(taken).count() << " ms\n";
    }
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count == 3 && std::string(arguments[1]) == "--families") {
      writeFile(arguments[2], verisim::familiesText());
      return 0;
    }
    if (count > 3 && std::string(arguments[1]) == "--archive") {
      writeArchive(arguments[2], arguments + 3, count - 3);
      return 0;
    }
    if (count < 3) throw std::runtime_error("usage: compile OUTDIR ARCHITECTURE... < list of files");
    return compileAll(arguments[1], arguments + 2, count - 2);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
