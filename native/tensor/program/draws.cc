// The kernels `randomUniform`, `randomNormal` and `randomBelow`: a number is a pure function of the seed, the stream,
// the step, its row and its column (docs/design/tensor-program.md), so rows are drawn in any pieces by any thread.
#include <utility>

#include "cpu/isa.h"
#include "kernels.h"
#include "work.h"

namespace verisim {
namespace {

struct Draw {
  int64_t cols, blocks;  // numbers and Philox blocks of a row
  uint32_t stream, key[2];
  uint64_t row, step;    // of row 0
};

struct DrawKernels {
  void (*uniforms)(const Draw& draw, int64_t begin, int64_t end, float* out);
  void (*normals)(const Draw& draw, int64_t begin, int64_t end, float* out);
  void (*words)(const Draw& draw, int64_t begin, int64_t end, uint32_t* out);
};

}  // namespace
}  // namespace verisim

#define VERISIM_KERNELS "program/draws_kernels.h"
#include "cpu/each_isa.h"

namespace verisim {
namespace {

struct Shape {
  int64_t rows;
  Draw draw;
};

Shape shapeOf(Reader& in) {
  Shape shape = {};
  shape.draw.stream = static_cast<uint32_t>(in.integer("stream", std::numeric_limits<int32_t>::min()));
  shape.rows = in.integer("rows");
  shape.draw.cols = in.integer("cols");
  shape.draw.blocks = (shape.draw.cols + 3) / 4;
  if (shape.draw.cols == 0) shape.rows = 0;
  return shape;
}

Draw drawOf(const Shape& shape, const RunState& state) {
  Draw draw = shape.draw;
  draw.key[0] = state.key[0], draw.key[1] = state.key[1];
  draw.row = state.rowOffset;
  draw.step = state.step;
  return draw;
}

Step bindFloats(const char* name, const Instruction& instruction, bool normal, double nanoseconds) {
  Reader in(name, instruction);
  const Shape shape = shapeOf(in);
  float* const out = in.output(DType::f32, in.product(shape.rows, shape.draw.cols)).f32();
  in.end();
  const DrawKernels& kernels = VERISIM_PICK(drawKernels);
  const auto fill = normal ? kernels.normals : kernels.uniforms;
  const double cost = nanoseconds * static_cast<double>(4 * shape.draw.blocks);
  return [=](Job& job, const RunState& state) {
    const Draw draw = drawOf(shape, state);
    overUnits(job, shape.rows, cost, 1, [&](int64_t begin, int64_t end) { fill(draw, begin, end, out); });
  };
}

}  // namespace

Step bindRandomUniform(const Instruction& instruction) { return bindFloats("randomUniform", instruction, false, 0.6); }

Step bindRandomNormal(const Instruction& instruction) { return bindFloats("randomNormal", instruction, true, 1.2); }

Step bindRandomBelow(const Instruction& instruction) {
  Reader in("randomBelow", instruction);
  const Shape shape = shapeOf(in);
  const int64_t count = in.product(shape.rows, shape.draw.cols);
  // One bound for each number, or one for all.
  const Operand& bounds = in.input(DType::i32, count == 0 ? 0 : 1);
  in.expect(bounds.length >= count || bounds.length == 1, "Expected a bound for each number or one for all");
  const int32_t* const bound = bounds.i32();
  const bool each = bounds.length >= count;
  int32_t* const out = in.output(DType::i32, count).i32();
  in.end();
  const DrawKernels& kernels = VERISIM_PICK(drawKernels);
  const double cost = 1.2 * static_cast<double>(4 * shape.draw.blocks);
  return [=, &kernels](Job& job, const RunState& state) {
    const Draw draw = drawOf(shape, state);
    overUnits(job, shape.rows, cost, 1, [&](int64_t begin, int64_t end) {
      kernels.words(draw, begin, end, reinterpret_cast<uint32_t*>(out));
      for (int64_t i = begin * draw.cols; i < end * draw.cols; i++) {
        const int64_t n = std::max<int32_t>(0, bound[each ? i : 0]);
        out[i] = static_cast<int32_t>((static_cast<uint32_t>(out[i]) * static_cast<uint64_t>(n)) >> 32);
      }
    });
  };
}

}  // namespace verisim
