// The kernels that programs may call, one bind function per kernel; kernels.cc lists them by name.
#pragma once

#include "kernel.h"

namespace verisim {

// tiles.cc
Step bindFused(const Instruction& instruction);
// products.cc
Step bindGemm(const Instruction& instruction);
// indexing.cc
Step bindGather(const Instruction& instruction);
Step bindScatterAdd(const Instruction& instruction);
// sparse.cc
Step bindGatherSum(const Instruction& instruction);
Step bindScatterSum(const Instruction& instruction);
// spans.cc
Step bindSegmentSum(const Instruction& instruction);
Step bindSegmentMax(const Instruction& instruction);
Step bindArgmax(const Instruction& instruction);
Step bindCumsum(const Instruction& instruction);
// draws.cc
Step bindRandomUniform(const Instruction& instruction);
Step bindRandomNormal(const Instruction& instruction);
Step bindRandomBelow(const Instruction& instruction);
// convolution.cc
Step bindIm2col(const Instruction& instruction);
Step bindCol2im(const Instruction& instruction);
// factors.cc
Step bindCholesky(const Instruction& instruction);
Step bindTriangularSolve(const Instruction& instruction);
// updates.cc
Step bindAdam(const Instruction& instruction);
Step bindSgd(const Instruction& instruction);
Step bindEma(const Instruction& instruction);

}  // namespace verisim
