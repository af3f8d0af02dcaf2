// Images as rows of patches, and back. Both go by the element that is written: no two threads write one place.

VS_KERNEL im2col(const float* x, float* out, Patches p, i64 total) {
  const i64 at = globalThread();
  if (at >= total) return;
  i64 rest = at;
  const int channel = (int)(rest % p.channels);
  rest /= p.channels;
  const int kx = (int)(rest % p.kernelWidth);
  rest /= p.kernelWidth;
  const int ky = (int)(rest % p.kernelHeight);
  rest /= p.kernelHeight;
  const int ox = (int)(rest % p.outWidth);
  rest /= p.outWidth;
  const int oy = (int)(rest % p.outHeight);
  const i64 image = rest / p.outHeight;
  const i64 y = (i64)oy * p.strideY + ky - p.padTop;
  const i64 column = (i64)ox * p.strideX + kx - p.padLeft;
  const bool inside = y >= 0 && y < p.height && column >= 0 && column < p.width;
  out[at] = inside ? x[((image * p.height + y) * p.width + column) * p.channels + channel] : 0.0f;
}

// The transpose: a pixel adds up the patches that it is in, in order of their place.
VS_KERNEL col2im(const float* columns, float* out, Patches p, i64 total) {
  const i64 at = globalThread();
  if (at >= total) return;
  i64 rest = at;
  const int channel = (int)(rest % p.channels);
  rest /= p.channels;
  const int column = (int)(rest % p.width);
  rest /= p.width;
  const int y = (int)(rest % p.height);
  const i64 image = rest / p.height;
  float sum = 0.0f;
  // The first patch that reaches this pixel, and the last, are found by division: only those are visited.
  const i64 yTop = (i64)y + p.padTop, xLeft = (i64)column + p.padLeft;
  i64 oyFirst = (yTop - p.kernelHeight + p.strideY) / p.strideY, oxFirst = (xLeft - p.kernelWidth + p.strideX) / p.strideX;
  if (yTop < p.kernelHeight) oyFirst = 0;
  if (xLeft < p.kernelWidth) oxFirst = 0;
  for (i64 oy = oyFirst; oy < p.outHeight && oy * p.strideY <= yTop; oy++)
    for (i64 ox = oxFirst; ox < p.outWidth && ox * p.strideX <= xLeft; ox++) {
      const i64 ky = yTop - oy * p.strideY, kx = xLeft - ox * p.strideX;
      if (ky >= p.kernelHeight || kx >= p.kernelWidth) continue;
      const i64 patch = (image * p.outHeight + oy) * p.outWidth + ox;
      sum += columns[((patch * p.kernelHeight + ky) * p.kernelWidth + kx) * p.channels + channel];
    }
  out[at] = sum;
}
