// The kernels `im2col` and `col2im`, channels last: a convolution is im2col and a matrix product. A row of the kernel
// window lies in one piece in the image and in the columns, so both copy or add runs of kernelWidth * channels numbers.
#include <algorithm>

#include "kernels.h"
#include "work.h"

namespace verisim {
namespace {

struct Windows {
  int64_t batch, height, width, channels, kernelHeight, kernelWidth, strideY, strideX, padTop, padLeft, outHeight, outWidth;
  int64_t imageLength, columnsLength;  // numbers of one image, of one image's columns

  /// `body(image, columns, length)` for the part inside the image of each window row, `outside(columns, length)` for the
  /// parts beyond its edge; offsets within one image and its columns, in order.
  template <class Inside, class Outside>
  void eachRun(Inside inside, Outside outside) const {
    int64_t columns = 0;
    const int64_t run = kernelWidth * channels;
    for (int64_t oy = 0; oy < outHeight; oy++) {
      for (int64_t ox = 0; ox < outWidth; ox++) {
        const int64_t left = ox * strideX - padLeft;
        const int64_t from = std::clamp<int64_t>(left, 0, width), to = std::clamp<int64_t>(left + kernelWidth, from, width);
        const int64_t skipped = std::clamp<int64_t>(from - left, 0, kernelWidth) * channels, length = (to - from) * channels;
        for (int64_t ky = 0; ky < kernelHeight; ky++, columns += run) {
          const int64_t y = oy * strideY - padTop + ky;
          if (y < 0 || y >= height || length == 0) {
            outside(columns, run);
            continue;
          }
          outside(columns, skipped);
          inside((y * width + from) * channels, columns + skipped, length);
          outside(columns + skipped + length, run - skipped - length);
        }
      }
    }
  }
};

Windows read(Reader& in) {
  Windows w = {};
  w.batch = in.integer("batch");
  w.height = in.integer("height");
  w.width = in.integer("width");
  w.channels = in.integer("channels");
  w.kernelHeight = in.integer("kernelHeight");
  w.kernelWidth = in.integer("kernelWidth");
  w.strideY = in.integer("strideY", 1);
  w.strideX = in.integer("strideX", 1);
  w.padTop = in.integer("padTop");
  w.padLeft = in.integer("padLeft");
  w.outHeight = in.integer("outHeight");
  w.outWidth = in.integer("outWidth");
  w.imageLength = in.product(in.product(w.height, w.width), w.channels);
  const int64_t window = in.product(in.product(w.kernelHeight, w.kernelWidth), w.channels);
  w.columnsLength = in.product(in.product(w.outHeight, w.outWidth), window);
  return w;
}

}  // namespace

Step bindIm2col(const Instruction& instruction) {
  Reader in("im2col", instruction);
  const Windows w = read(in);
  const float* const x = in.input(DType::f32, in.product(w.batch, w.imageLength)).f32();
  float* const out = in.output(DType::f32, in.product(w.batch, w.columnsLength)).f32();
  in.end();
  return [=](Job& job, const RunState&) {
    if (w.columnsLength == 0) return;
    overUnits(job, w.batch, 0.3 * static_cast<double>(w.columnsLength), 1, [=](int64_t begin, int64_t end) {
      for (int64_t image = begin; image < end; image++) {
        const float* const from = x + image * w.imageLength;
        float* const to = out + image * w.columnsLength;
        w.eachRun([=](int64_t at, int64_t columns, int64_t length) { std::copy_n(from + at, length, to + columns); },
                  [=](int64_t columns, int64_t length) { std::fill_n(to + columns, length, 0.0f); });
      }
    });
  };
}

Step bindCol2im(const Instruction& instruction) {
  Reader in("col2im", instruction);
  const Windows w = read(in);
  const float* const columns = in.input(DType::f32, in.product(w.batch, w.columnsLength)).f32();
  float* const out = in.output(DType::f32, in.product(w.batch, w.imageLength)).f32();
  in.end();
  return [=](Job& job, const RunState&) {
    if (w.imageLength == 0) return;
    const double cost = 0.3 * static_cast<double>(w.columnsLength) + 0.1 * static_cast<double>(w.imageLength);
    overUnits(job, w.batch, cost, 1, [=](int64_t begin, int64_t end) {
      for (int64_t image = begin; image < end; image++) {
        const float* const from = columns + image * w.columnsLength;
        float* const to = out + image * w.imageLength;
        std::fill_n(to, w.imageLength, 0.0f);
        if (w.columnsLength == 0) continue;
        w.eachRun(
            [=](int64_t at, int64_t column, int64_t length) {
              for (int64_t i = 0; i < length; i++) to[at + i] += from[column + i];
            },
            [](int64_t, int64_t) {});
      }
    });
  };
}

}  // namespace verisim
