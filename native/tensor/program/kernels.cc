// The kernels that programs may call, by name. A program counts in this list as the addon gives it (`kernelNames`), so
// rows may stand in any order.
#include "kernels.h"

#include "program.h"

namespace verisim {
namespace {

// name, bind, whether an operand that is written may be exactly one that is read
constexpr KernelRow rows[] = {
    {"fused", &bindFused, true},
    {"gemm", &bindGemm},
    {"gather", &bindGather},
    {"scatterAdd", &bindScatterAdd},
    {"gatherSum", &bindGatherSum},
    {"scatterSum", &bindScatterSum},
    {"segmentSum", &bindSegmentSum},
    {"segmentMax", &bindSegmentMax},
    {"argmax", &bindArgmax},
    {"cumsum", &bindCumsum},
    {"randomUniform", &bindRandomUniform},
    {"randomNormal", &bindRandomNormal},
    {"randomBelow", &bindRandomBelow},
    {"im2col", &bindIm2col},
    {"col2im", &bindCol2im},
    {"cholesky", &bindCholesky},
    {"triangularSolve", &bindTriangularSolve},
    {"adam", &bindAdam, true},
    {"sgd", &bindSgd, true},
    {"ema", &bindEma, true},
};

}  // namespace

std::span<const KernelRow> kernelTable() { return rows; }

}  // namespace verisim
