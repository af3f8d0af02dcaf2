// The kernels `segmentSum`, `segmentMax`, `argmax` and `cumsum`: reductions and running sums along rows that stay where
// they are. Rows are independent, so threads take rows.
#include <memory>
#include <utility>
#include <vector>

#include "cpu/isa.h"
#include "kernels.h"
#include "work.h"

namespace verisim {
namespace {

/// A span of a row, or a run of spans of one entry each, which stay what they are.
struct Span {
  int32_t start, width;
  bool ones;
};

struct SpanKernels {
  using Rows = void (*)(const float* x, float* out, const Span* spans, int64_t spanCount, int64_t width, int64_t begin,
                        int64_t end);
  Rows sums, maxima;
  void (*argmax)(const float* x, int32_t* out, int64_t width, int64_t begin, int64_t end);
};

}  // namespace
}  // namespace verisim

#define VERISIM_KERNELS "program/spans_kernels.h"
#include "cpu/each_isa.h"

namespace verisim {
namespace {

Step bindSpans(const char* name, const Instruction& instruction, SpanKernels::Rows kernel) {
  Reader in(name, instruction);
  const int64_t rows = in.integer("rows"), width = in.integer("width"), count = in.integer("spans");
  std::vector<Span> spans;
  int64_t start = 0;
  for (int64_t i = 0; i < count; i++) {
    const int64_t length = in.integer("the width of a span", 1, width - start);
    if (length == 1 && !spans.empty() && spans.back().ones)
      spans.back().width++;
    else
      spans.push_back({static_cast<int32_t>(start), static_cast<int32_t>(length), length == 1});
    start += length;
  }
  in.expect(start == width, "Expected spans that fill the row");
  const int64_t length = in.product(rows, width);
  const float* const x = in.input(DType::f32, length).f32();
  float* const out = in.output(DType::f32, length).f32();
  in.end();
  const double cost = 4 * static_cast<double>(spans.size()) + 0.1 * static_cast<double>(width);
  return [=, spans = std::move(spans)](Job& job, const RunState&) {
    if (width == 0) return;
    overUnits(job, rows, cost, 1, [&](int64_t begin, int64_t end) {
      kernel(x, out, spans.data(), static_cast<int64_t>(spans.size()), width, begin, end);
    });
  };
}

/// The running sums of `rows` rows side by side: the additions of one row wait for each other, those of several do not.
template <int rows>
void sumAlong(const float* x, float* out, int64_t width, bool reverse) {
  float sums[rows] = {};
  const int64_t step = reverse ? -1 : 1;
  int64_t at = reverse ? width - 1 : 0;
  for (int64_t i = 0; i < width; i++, at += step) {
    for (int row = 0; row < rows; row++) {
      sums[row] += x[row * width + at];
      out[row * width + at] = sums[row];
    }
  }
}

}  // namespace

Step bindSegmentSum(const Instruction& instruction) {
  return bindSpans("segmentSum", instruction, VERISIM_PICK(spanKernels).sums);
}

Step bindSegmentMax(const Instruction& instruction) {
  return bindSpans("segmentMax", instruction, VERISIM_PICK(spanKernels).maxima);
}

Step bindArgmax(const Instruction& instruction) {
  Reader in("argmax", instruction);
  const int64_t rows = in.integer("rows"), width = in.integer("width");
  const float* const x = in.input(DType::f32, in.product(rows, width)).f32();
  int32_t* const out = in.output(DType::i32, rows).i32();
  in.end();
  const SpanKernels& kernels = VERISIM_PICK(spanKernels);
  return [=, &kernels](Job& job, const RunState&) {
    overUnits(job, rows, 8 + 0.2 * static_cast<double>(width), 16,
              [=, &kernels](int64_t begin, int64_t end) { kernels.argmax(x, out, width, begin, end); });
  };
}

Step bindCumsum(const Instruction& instruction) {
  Reader in("cumsum", instruction);
  const int64_t rows = in.integer("rows"), width = in.integer("width");
  const bool reverse = in.flag("reverse");
  const int64_t length = in.product(rows, width);
  const float* const x = in.input(DType::f32, length).f32();
  float* const out = in.output(DType::f32, length).f32();
  in.end();
  return [=](Job& job, const RunState&) {
    if (width == 0) return;
    overUnits(job, rows, 0.5 * static_cast<double>(width), 4, [=](int64_t begin, int64_t end) {
      int64_t row = begin;
      for (; row + 4 <= end; row += 4) sumAlong<4>(x + row * width, out + row * width, width, reverse);
      for (; row < end; row++) sumAlong<1>(x + row * width, out + row * width, width, reverse);
    });
  };
}

}  // namespace verisim
