// The texts of CUDA kernels, embedded when the addon is built (embed.cmake), and the units made of them.
#pragma once

#include <span>
#include <string>

namespace verisim {

struct KernelText {
  const char* name;
  const char* text;
};

/// Every file of native/tensor/cuda/*.cu and *.cuh, and ops.def.
std::span<const KernelText> kernelTexts();

/// The kernels that every program shares, one unit without any include: compiled at release time, or by NVRTC.
std::string familiesText();

/// What the kernels of a program's fused groups (codegen.cc) begin with.
std::string generatedHead();

}  // namespace verisim
