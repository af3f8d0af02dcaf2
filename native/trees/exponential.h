// The exponential function as plain arithmetic, so that loops over it are widened and every machine gives the same bits.
#pragma once

#include <bit>
#include <cstdint>

#include "wide.h"

namespace verisim {

/// e^x to single precision, the same on every machine; for x up to 80. @param Numbers one or four of them, @param Whole as many
/// integers
template <class Numbers, class Whole>
VERISIM_INSIDE Numbers exponentialOf(Numbers x) {
  // Adding 1.5 * 2^23 leaves the nearest whole number in the last bits, without a call that loops could not be widened over.
  constexpr float magic = 12582912.0f;
  const Numbers scaled = (x < -80.0f ? Numbers{} - 80.0f : x) * 1.44269504f;
  const Numbers shifted = scaled + magic;
  const Numbers rest = scaled - (shifted - magic);
  // 2^rest on [-1/2, 1/2): a polynomial of degree six, relative error below 3e-7.
  Numbers power = Numbers{} + 1.535336188319500e-4f;
  power = power * rest + 1.339887440266574e-3f;
  power = power * rest + 9.618437357674640e-3f;
  power = power * rest + 5.550332471162809e-2f;
  power = power * rest + 2.402264791363012e-1f;
  power = power * rest + 6.931472028550421e-1f;
  power = power * rest + 1.0f;
  const Whole steps = (std::bit_cast<Whole>(shifted) - std::bit_cast<int32_t>(magic) + 127) << 23;
  return power * std::bit_cast<Numbers>(steps);
}

VERISIM_INSIDE float exponential(float x) { return exponentialOf<float, int32_t>(x); }

VERISIM_INSIDE Four exponential(Four x) { return exponentialOf<Four, FourWhole>(x); }

}  // namespace verisim
