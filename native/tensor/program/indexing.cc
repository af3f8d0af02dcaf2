// The kernels `gather` and `scatterAdd`: rows of a table by index. An index is checked where it is read.
#include <cstring>

#include "kernels.h"
#include "scatter.h"
#include "work.h"

namespace verisim {

Step bindGather(const Instruction& instruction) {
  Reader in("gather", instruction);
  const int64_t rows = in.integer("rows"), width = in.integer("width"), count = in.integer("count");
  const Operand& source = in.anyInput(in.product(rows, width));
  const Operand& chosen = in.input(DType::i32, count);
  const Operand& result = in.anyOutput(in.product(count, width));
  in.end();
  in.expect(source.dtype == result.dtype, "Expected the table and the result to be of one dtype");
  const int32_t *const table = source.i32(), *const indices = chosen.i32();
  int32_t* const out = result.i32();
  const double cost = 2 + 0.15 * static_cast<double>(width);
  return [=](Job& job, const RunState&) {
    if (width == 0) return;
    overUnits(job, count, cost, 16, [=](int64_t begin, int64_t end) {
      if (width == 1) {
        for (int64_t i = begin; i < end; i++) {
          const uint32_t index = static_cast<uint32_t>(indices[i]);
          out[i] = index < rows ? table[index] : 0;
        }
        return;
      }
      for (int64_t i = begin; i < end; i++) {
        const int64_t index = indices[i];
        int32_t* const to = out + i * width;
        if (index >= 0 && index < rows)
          std::memcpy(to, table + index * width, static_cast<size_t>(width) * sizeof(int32_t));
        else
          std::memset(to, 0, static_cast<size_t>(width) * sizeof(int32_t));
      }
    });
  };
}

Step bindScatterAdd(const Instruction& instruction) {
  Reader in("scatterAdd", instruction);
  Scatter scatter = {};
  scatter.rows = in.integer("rows");
  scatter.width = in.integer("width");
  scatter.count = in.integer("count");
  scatter.bag = 1;
  scatter.indices = in.input(DType::i32, scatter.count).i32();
  scatter.g = in.input(DType::f32, in.product(scatter.count, scatter.width)).f32();
  scatter.out = in.output(DType::f32, in.product(scatter.rows, scatter.width)).f32();
  in.end();
  return scatterStep(scatter);
}

}  // namespace verisim
