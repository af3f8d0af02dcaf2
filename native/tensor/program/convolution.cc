// The kernels `im2col` and `col2im`, channels last: a convolution is im2col and a matrix product. Rows of the kernel
// window lie in one piece in the image and in the columns. Images of a batch are independent, so threads take images.
#include <algorithm>
#include <cstring>

#include "kernels.h"
#include "work.h"

namespace verisim {
namespace {

struct Windows {
  int64_t batch, height, width, channels, kernelHeight, kernelWidth;
  int64_t strideY, strideX, padTop, padLeft, outHeight, outWidth;
  int64_t imageLength, columnsLength;  // numbers of one image, of one image's columns

  int64_t window() const { return kernelHeight * kernelWidth * channels; }
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

/// Runs are often of one channel and three or four numbers: a call would cost more than the copy.
void copyRun(const float* from, float* to, int64_t length) {
  if (length >= 64) return void(std::memcpy(to, from, static_cast<size_t>(length) * sizeof(float)));
  int64_t i = 0;
  for (; i + 4 <= length; i += 4) std::memcpy(to + i, from + i, 4 * sizeof(float));
  for (; i < length; i++) to[i] = from[i];
}

/// One image to its columns. Row ky of all windows of a row of windows, from left to right.
void toColumns(const Windows& w, const float* image, float* columns) {
  const int64_t run = w.kernelWidth * w.channels, window = w.window();
  for (int64_t oy = 0; oy < w.outHeight; oy++) {
    for (int64_t ky = 0; ky < w.kernelHeight; ky++) {
      const int64_t y = oy * w.strideY - w.padTop + ky;
      const int64_t row = y * w.width;
      float* to = columns + oy * w.outWidth * window + ky * run;
      for (int64_t ox = 0; ox < w.outWidth; ox++, to += window) {
        const int64_t left = ox * w.strideX - w.padLeft;
        if (y < 0 || y >= w.height || left >= w.width || left + w.kernelWidth <= 0) {
          std::fill_n(to, run, 0.0f);
        } else if (left >= 0 && left + w.kernelWidth <= w.width) {
          copyRun(image + (row + left) * w.channels, to, run);
        } else {
          const int64_t from = std::max<int64_t>(left, 0), end = std::min(left + w.kernelWidth, w.width);
          std::fill_n(to, (from - left) * w.channels, 0.0f);
          copyRun(image + (row + from) * w.channels, to + (from - left) * w.channels, (end - from) * w.channels);
          std::fill_n(to + (end - left) * w.channels, (left + w.kernelWidth - end) * w.channels, 0.0f);
        }
      }
    }
  }
}

/// Windows [first, end) of a row whose places `from` to `to` - 1 all lie in the image.
struct Reach {
  int64_t first, end;
};

Reach reach(const Windows& w, int64_t from, int64_t to) {
  const int64_t first = (std::max<int64_t>(0, w.padLeft - from) + w.strideX - 1) / w.strideX;
  const int64_t right = w.width + w.padLeft - to;
  return {first, right < 0 ? 0 : std::min(w.outWidth, right / w.strideX + 1)};
}

/// The columns of one image added up in it.
void toImage(const Windows& w, const float* columns, float* image) {
  const int64_t run = w.kernelWidth * w.channels, window = w.window(), step = w.strideX * w.channels;
  std::fill_n(image, w.imageLength, 0.0f);
  // Neighbouring windows overlap. With few channels one place of all windows is taken at a time: an addition would wait
  // for the one before it. With many, whole rows of a window are: they lie side by side in memory.
  const Reach inside = reach(w, 0, w.kernelWidth);
  const bool rows = w.channels >= 8 && inside.first < inside.end;
  for (int64_t y = 0; y < w.height; y++) {
    for (int64_t ky = 0; ky < w.kernelHeight; ky++) {
      const int64_t below = y + w.padTop - ky, oy = below / w.strideY;
      if (below < 0 || oy * w.strideY != below || oy >= w.outHeight) continue;
      const float* const row = columns + oy * w.outWidth * window + ky * run;
      const int64_t imageRow = y * w.width - w.padLeft;
      const auto add = [&](int64_t place, int64_t length, int64_t ox, int64_t end) {
        const float* from = row + ox * window + place * w.channels;
        float* to = image + (imageRow + ox * w.strideX + place) * w.channels;
        const int64_t numbers = length * w.channels;
        if (numbers == 1) {
          for (; ox < end; ox++, from += window, to += step) *to += *from;
        } else {
          for (; ox < end; ox++, from += window, to += step)
            for (int64_t i = 0; i < numbers; i++) to[i] += from[i];
        }
      };
      if (rows) add(0, w.kernelWidth, inside.first, inside.end);
      for (int64_t kx = 0; kx < w.kernelWidth; kx++) {
        const Reach here = reach(w, kx, kx + 1);
        add(kx, 1, here.first, rows ? inside.first : here.end);
        if (rows) add(kx, 1, inside.end, here.end);
      }
    }
  }
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
    overUnits(job, w.batch, 0.3 * static_cast<double>(w.columnsLength), 1, [&w, x, out](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) toColumns(w, x + i * w.imageLength, out + i * w.columnsLength);
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
    overUnits(job, w.batch, cost, 1, [&w, columns, out](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) toImage(w, columns + i * w.columnsLength, out + i * w.imageLength);
    });
  };
}

}  // namespace verisim
