// The nine functions of NVRTC that are used; their declarations are written out, no header of NVIDIA's is needed.
#include "nvrtc.h"

#include <memory>
#include <stdexcept>

#include "program/coded_error.h"

namespace verisim {
namespace {

using Handle = void*;
using Result = int;
using Version = Result(int*, int*);
using Create = Result(Handle*, const char*, const char*, int, const char* const*, const char* const*);
using Destroy = Result(Handle*);
using Compile = Result(Handle, int, const char* const*);
using Size = Result(Handle, size_t*);
using Get = Result(Handle, char*);

std::string textOf(const Library& library, Handle program, const char* sizeName, const char* getName) {
  size_t size = 0;
  auto* const sizeOf = library.symbol<Size>(sizeName);
  auto* const get = library.symbol<Get>(getName);
  if (sizeOf == nullptr || get == nullptr || sizeOf(program, &size) != 0) return {};
  std::string text(size, '\0');
  if (size > 0 && get(program, text.data()) != 0) return {};
  return text;
}

}  // namespace

std::optional<Nvrtc> Nvrtc::open(std::string& tried) {
  Nvrtc nvrtc;
  nvrtc.library_ = Library::open("VERISIM_NVRTC_LIBRARY", {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"}, tried);
  if (!nvrtc.library_) return std::nullopt;
  auto* const version = nvrtc.library_.symbol<Version>("nvrtcVersion");
  int major = 0, minor = 0;
  if (version == nullptr || version(&major, &minor) != 0) {
    tried += "; the library found is not NVRTC";
    return std::nullopt;
  }
  nvrtc.version_ = std::to_string(major) + "." + std::to_string(minor);
  return nvrtc;
}

std::string Nvrtc::compile(const std::string& text, const std::string& architecture) const {
  const auto fail = [&](const std::string& message) -> CodedError {
    return {"VERISIM_CUDA_COMPILE", "NVRTC " + version_ + " did not compile for " + architecture + ": " + message};
  };
  auto* const create = library_.symbol<Create>("nvrtcCreateProgram");
  auto* const destroy = library_.symbol<Destroy>("nvrtcDestroyProgram");
  auto* const compileProgram = library_.symbol<Compile>("nvrtcCompileProgram");
  if (create == nullptr || destroy == nullptr || compileProgram == nullptr) throw fail("a function is missing in it");
  Handle program = nullptr;
  if (create(&program, text.c_str(), "verisim.cu", 0, nullptr, nullptr) != 0) throw fail("it has no memory");
  const std::unique_ptr<Handle, Destroy*> owner(&program, destroy);
  const std::string target = "--gpu-architecture=" + architecture;
  // No contraction, as on the CPU: a fused multiply-add is one where the text says so.
  const char* const options[] = {target.c_str(), "--std=c++17", "--fmad=false"};
  if (compileProgram(program, 3, options) != 0)
    throw fail(textOf(library_, program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog"));
  const bool ptx = architecture.starts_with("compute_");
  std::string image = textOf(library_, program, ptx ? "nvrtcGetPTXSize" : "nvrtcGetCUBINSize",
                             ptx ? "nvrtcGetPTX" : "nvrtcGetCUBIN");
  if (image.empty()) throw fail("it gave nothing back");
  return image;
}

}  // namespace verisim
