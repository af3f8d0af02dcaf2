// Counted random numbers, bit for bit those of packages/core/src/random.ts: Philox4x32-10 (Salmon et al. 2011, section 3.3).
#pragma once

#include <array>
#include <cstdint>

namespace verisim {

/// The 64-bit key of one stream.
struct StreamKey {
  uint32_t low = 0;
  uint32_t high = 0;
};

/// The words of a row. Counter: row (low, high), attempt, block.
inline std::array<uint32_t, 4> rowWords(StreamKey key, uint64_t row, uint32_t attempt, uint32_t block) {
  uint32_t c0 = static_cast<uint32_t>(row), c1 = static_cast<uint32_t>(row >> 32), c2 = attempt, c3 = block;
  uint32_t k0 = key.low, k1 = key.high;
  for (int round = 0; round < 10; round++) {
    const uint64_t a = 0xd2511f53ull * c0;
    const uint64_t b = 0xcd9e8d57ull * c2;
    const uint32_t first = static_cast<uint32_t>(b >> 32) ^ c1 ^ k0;
    const uint32_t third = static_cast<uint32_t>(a >> 32) ^ c3 ^ k1;
    c0 = first;
    c1 = static_cast<uint32_t>(b);
    c2 = third;
    c3 = static_cast<uint32_t>(a);
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return {c0, c1, c2, c3};
}

/// Uniform in the open interval (0, 1) from 26 bits of each word.
inline double uniformOf(uint32_t high, uint32_t low) {
  return (static_cast<double>(high >> 6) * 67108864.0 + static_cast<double>(low >> 6) + 0.5) / 4503599627370496.0;
}

/// Rows that share the strata of a uniform.
inline constexpr uint64_t strata = 4096;

/// Uniform of a row such that each run of 4,096 rows has one number in each of 4,096 even parts of (0, 1), in an order of its
/// own: a Latin hypercube over columns (McKay, Beckman and Conover 1979). Any rows have the numbers that they would have alone.
/// @param inside where in its part the number lies, in (0, 1)
inline double stratifiedUniform(StreamKey key, uint64_t row, double inside) {
  // A Feistel network of two halves of six bits permutes the run.
  const auto words = rowWords(key, row / strata, 0, 9);
  uint32_t left = static_cast<uint32_t>(row >> 6) & 63u, right = static_cast<uint32_t>(row) & 63u;
  for (uint32_t round = 0; round < 6; round++) {
    uint32_t mixed = (right + words[round & 3] + round * 0x9e3779b9u) * 0x9e3779b1u;
    mixed = (mixed ^ (mixed >> 15)) * 0x85ebca6bu;
    mixed ^= mixed >> 13;
    const uint32_t next = left ^ (mixed & 63u);
    left = right;
    right = next;
  }
  return (static_cast<double>(left << 6 | right) + inside) / static_cast<double>(strata);
}

}  // namespace verisim
