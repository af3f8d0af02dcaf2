// Parameter updates over one stretch of memory. Included once per instruction set (cpu/each_isa.h).
// The end of a stretch goes through the same vectors, so where a stretch is cut changes no bit.

#include "program/lanes.h"

template <int outputs, int inputs, class Update>
VERISIM_INLINE void updateStretch(float* const (&written)[outputs], const float* const (&read)[inputs], int64_t count,
                                  Update update) {
  F32 w[outputs], r[inputs];
  overVectors(
      count,
      [&](int64_t i) __attribute__((always_inline)) {
        // From the third cache, where a network's numbers lie between two steps, a trip takes as long as this many.
#pragma GCC unroll 4
        for (int k = 0; k < outputs; k++) __builtin_prefetch(written[k] + i + 512, 1, 2);
#pragma GCC unroll 4
        for (int k = 0; k < inputs; k++) __builtin_prefetch(read[k] + i + 512, 0, 2);
#pragma GCC unroll 4
        for (int k = 0; k < outputs; k++) w[k] = loadF32(written[k] + i);
#pragma GCC unroll 4
        for (int k = 0; k < inputs; k++) r[k] = loadF32(read[k] + i);
        update(w, r);
#pragma GCC unroll 4
        for (int k = 0; k < outputs; k++) storeF32(written[k] + i, w[k]);
      },
      [&](int64_t i, int length) __attribute__((always_inline)) {
#pragma GCC unroll 4
        for (int k = 0; k < outputs; k++) w[k] = loadFirst(written[k] + i, length);
#pragma GCC unroll 4
        for (int k = 0; k < inputs; k++) r[k] = loadFirst(read[k] + i, length);
        update(w, r);
#pragma GCC unroll 4
        for (int k = 0; k < outputs; k++) storeFirst(written[k] + i, w[k], length);
      });
}

/// Kingma and Ba 2015, algorithm 1; with shrink != 0 Loshchilov and Hutter 2019, algorithm 2.
template <bool decay>
static void adamStretch(const Stretch& s, const AdamStep& a) {
  const F32 beta1 = all(a.beta1), rest1 = all(1 - a.beta1), beta2 = all(a.beta2), rest2 = all(1 - a.beta2);
  const F32 rate = all(a.rate), scale = all(a.scale), epsilon = all(a.epsilon);
  const F32 pull = all(a.pull), shrink = all(a.shrink);
  updateStretch<3, 1>({s.p, s.m, s.v}, {s.g}, s.count, [&](F32(&w)[3], F32(&r)[1]) __attribute__((always_inline)) {
    F32 g = r[0];
    if (decay) g = fma(pull, w[0], g);
    w[1] = fma(beta1, w[1], rest1 * g);
    w[2] = fma(beta2, w[2], rest2 * g * g);
    const F32 step = rate * w[1] / fma(vs_sqrt(w[2]), scale, epsilon);
    w[0] = (decay ? w[0] - shrink * w[0] : w[0]) - step;
  });
}

static void adam(const Stretch& s, const AdamStep& a) {
  if (a.pull != 0 || a.shrink != 0)
    adamStretch<true>(s, a);
  else
    adamStretch<false>(s, a);
}

static void sgd(const Stretch& s, const SgdStep& a) {
  const F32 rate = all(a.rate), momentum = all(a.momentum), pull = all(a.pull);
  const float ahead = a.nesterov ? 1.0f : 0.0f;
  updateStretch<2, 1>({s.p, s.m}, {s.g}, s.count, [&](F32(&w)[2], F32(&r)[1]) __attribute__((always_inline)) {
    const F32 g = fma(pull, w[0], r[0]);
    w[1] = fma(momentum, w[1], g);
    w[0] = w[0] - rate * (ahead != 0 ? fma(momentum, w[1], g) : w[1]);
  });
}

static void ema(const Stretch& s, float decay) {
  const F32 keep = all(decay), rest = all(1 - decay);
  updateStretch<1, 1>({s.p}, {s.g}, s.count, [&](F32(&w)[1], F32(&r)[1]) __attribute__((always_inline)) {
    w[0] = fma(keep, w[0], rest * r[0]);
  });
}

const UpdateKernels updateKernels = {&adam, &sgd, &ema};
