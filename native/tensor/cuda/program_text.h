// The kernels that a program's fused groups would be compiled from on a GPU, as text: for checks that have no GPU.
#pragma once

#include <string>

#include "program/program.h"

namespace verisim {

/// One unit without any include; empty where the program has no fused group. Throws CodedError VERISIM_PROGRAM_INVALID.
std::string programText(const Program& program);

}  // namespace verisim
