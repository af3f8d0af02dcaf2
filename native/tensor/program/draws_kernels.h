// Random numbers in row-major f32: Philox blocks in vectors, uniforms and Box-Muller pairs from them. Included once per
// instruction set (cpu/each_isa.h).
// A 64-bit lane holds one counter word in its low half (cpu/normal_kernels.h). Words 0 and 2 of a block share one vector
// of 32-bit lanes, 1 and 3 another: zipping the two gives memory order, and so does zipping the two numbers that Box
// and Muller make of them. The zip of every instruction set puts even 64-bit lanes into its first result and odd ones
// into its second, so the first half of a vector's blocks lies in even lanes, the second in odd ones.

#include "program/lanes.h"

/// The ten round keys of Philox, each in every lane: kept in memory, a broadcast would cost as much as the round.
struct RoundKeys {
  U64 word0[10], word1[10];
  explicit RoundKeys(const uint32_t (&key)[2]) {
    for (uint32_t round = 0; round < 10; round++) {
      word0[round] = allBits(key[0] + round * 0x9e3779b9u);
      word1[round] = allBits(key[1] + round * 0xbb67ae85u);
    }
  }
};

/// Vectors of counters worked on at once: one alone would wait for its own multiplications.
constexpr int together = 2;

/// Philox4x32-10 (Salmon et al. 2011, section 3.3) of lanes64 counters each; out: words 0 and 2, words 1 and 3.
VERISIM_INLINE void philox(U64 (&c0)[together], const U64 (&c1)[together], U64 (&c2)[together], U64 (&c3)[together],
                           const RoundKeys& keys, U32 (&even)[together], U32 (&odd)[together]) {
  const U64 m0 = allBits(0xd2511f53u), m1 = allBits(0xcd9e8d57u), low = allBits(0xffffffffu);
  U64 lows[together];
#pragma GCC unroll 2
  for (int v = 0; v < together; v++) lows[v] = c1[v];
#pragma GCC unroll 10
  for (int round = 0; round < 10; round++) {
#pragma GCC unroll 2
    for (int v = 0; v < together; v++) {
      const U64 p0 = multiplyLow32(m0, c0[v]);
      const U64 p1 = multiplyLow32(m1, c2[v]);
      c0[v] = (p1 >> 32) ^ (lows[v] ^ keys.word0[round]);
      c2[v] = (p0 >> 32) ^ (c3[v] ^ keys.word1[round]);
      lows[v] = p1;
      c3[v] = p0;
    }
  }
#pragma GCC unroll 2
  for (int v = 0; v < together; v++) {
    even[v] = (U32)((c0[v] & low) | (c2[v] << 32));
    odd[v] = (U32)((lows[v] & low) | (c3[v] << 32));
  }
}

/// (e0, o0, e1, o1, ...) of the even 64-bit lanes in `first`, of the odd ones in `second`.
template <class V, int... lane>
VERISIM_INLINE void zipLanes(V even, V odd, V& first, V& second, std::integer_sequence<int, lane...>) {
  first = __builtin_shufflevector(even, odd, (lane / 4 * 4 + lane % 4 / 2 + lane % 2 * lanes32)...);
  second = __builtin_shufflevector(even, odd, (lane / 4 * 4 + 2 + lane % 4 / 2 + lane % 2 * lanes32)...);
}

/// Uniforms in (0, 1): 23 bits and a half, exact in f32.
VERISIM_INLINE F32 uniformOf(U32 words) {
  return (F32)((words >> 9) | allBits32(0x3f800000u)) - all(0.99999994f);  // 1 - 2^-24
}

/// log(u) for u in (0, 1), none of them denormal.
VERISIM_INLINE F32 logUniform(F32 u) {
  const I32 k = exponentOf(u);
  return logOf(fromBits(bitsOf(u) - ((U32)k << 23)) - 1.0f, __builtin_convertvector(k, F32), F32{});
}

/// Cosine and sine of 2 pi u for u in (0, 1), whose 24 bits make the reduction to an eighth of a turn exact.
VERISIM_INLINE void cosSinTurns(F32 u, F32& cosine, F32& sine) {
  const F32 magic = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const F32 shifted = u * all(4.0f) + magic;
  const U32 quarter = (U32)shifted;
  const F32 r = fma(u, all(4.0f), magic - shifted) * all(1.57079632679489662f);
  const F32 square = r * r, s = sineNear0(r, square), c = cosineNear0(square);
  // In odd quarters they swap; the sine is negative in quarters 2 and 3, the cosine in 1 and 2.
  const I32 swap = (I32)(quarter << 31) >> 31;
  const U32 sineSign = (quarter << 30) & allBits32(0x80000000u);
  const U32 cosineSign = ((quarter + 1) << 30) & allBits32(0x80000000u);
  cosine = (F32)((U32)choose(swap, s, c) ^ cosineSign);
  sine = (F32)((U32)choose(swap, c, s) ^ sineSign);
}

/// What becomes of the words of lanes64 blocks; `first` and `second` are in memory order.
struct WordsOf {
  typedef uint32_t Number;
  static void make(U32 even, U32 odd, U32& first, U32& second) {
    zipLanes(even, odd, first, second, std::make_integer_sequence<int, lanes32>());
  }
};
struct UniformsOf {
  typedef float Number;
  VERISIM_INLINE void make(U32 even, U32 odd, F32& first, F32& second) {
    zipLanes(uniformOf(even), uniformOf(odd), first, second, std::make_integer_sequence<int, lanes32>());
  }
};
struct NormalsOf {
  typedef float Number;
  VERISIM_INLINE void make(U32 even, U32 odd, F32& first, F32& second) {
    const F32 radius = vs_sqrt(all(-2.0f) * logUniform(uniformOf(even)));
    F32 cosine, sine;
    cosSinTurns(uniformOf(odd), cosine, sine);
    zipLanes(radius * cosine, radius * sine, first, second, std::make_integer_sequence<int, lanes32>());
  }
};

/// Blocks [begin, end) of a draw, counted row by row; `out` gets 4 numbers for each.
template <class Of>
static void fillBlocks(const Draw& draw, const RoundKeys& keys, int64_t begin, int64_t end, typename Of::Number* out) {
  typedef typename Of::Number Number;
  typedef Number Vector __attribute__((vector_size(VERISIM_LANE_BYTES)));
  constexpr int64_t stride = together * lanes64;  // blocks at once
  const int64_t inRow = draw.blocks;
  U64 row[together], block[together];
  for (int lane = 0; lane < stride; lane++) {
    const int v = lane / lanes64, l = lane % lanes64;
    const int64_t number = begin + v * lanes64 + l / 2 + l % 2 * (lanes64 / 2);
    row[v][l] = draw.row + static_cast<uint64_t>(number / inRow);
    block[v][l] = static_cast<uint64_t>(number % inRow);
  }
  const U64 rows = allBits(static_cast<uint64_t>(stride / inRow));
  const U64 blocks = allBits(static_cast<uint64_t>(stride % inRow));
  const U64 last = allBits(static_cast<uint64_t>(inRow - 1)), wrapped = allBits(static_cast<uint64_t>(inRow));
  const U64 step = allBits(draw.step), stream = allBits(draw.stream);
  for (int64_t at = begin; at < end; at += stride, out += 4 * stride) {
    U64 c0[together], c2[together], c3[together];
    U32 even[together], odd[together];
#pragma GCC unroll 2
    for (int v = 0; v < together; v++) {
      c0[v] = row[v];
      c2[v] = stream;
      c3[v] = step + (row[v] >> 32);
    }
    philox(c0, block, c2, c3, keys, even, odd);
    Vector made[2 * together];
#pragma GCC unroll 2
    for (int v = 0; v < together; v++) Of::make(even[v], odd[v], made[2 * v], made[2 * v + 1]);
    if (at + stride <= end) {
      __builtin_memcpy(out, made, sizeof made);
    } else {
      Number numbers[4 * stride];
      __builtin_memcpy(numbers, made, sizeof made);
      std::copy(numbers, numbers + 4 * (end - at), out);
    }
#pragma GCC unroll 2
    for (int v = 0; v < together; v++) {
      block[v] += blocks;
      const I64 over = (I64)block[v] > (I64)last;
      block[v] -= (U64)over & wrapped;
      row[v] += rows - (U64)over;
    }
  }
}

/// Rows [begin, end) of `draw.cols` numbers each.
template <class Of>
static void fillRows(const Draw& draw, int64_t begin, int64_t end, typename Of::Number* out) {
  const int64_t inRow = draw.blocks, cols = draw.cols;
  const RoundKeys keys(draw.key);
  if (cols % 4 == 0) return fillBlocks<Of>(draw, keys, begin * inRow, end * inRow, out + begin * cols);
  // The last block of a row is cut: blocks go through a buffer, a row's pieces from there to their places.
  constexpr int64_t held = 128;
  typename Of::Number buffer[4 * held];
  int64_t row = begin, block = 0;
  for (int64_t at = begin * inRow; at < end * inRow; at += held) {
    const int64_t count = std::min(held, end * inRow - at);
    fillBlocks<Of>(draw, keys, at, at + count, buffer);
    if (inRow == 1) {
      typename Of::Number* const to = out + at * cols;
      for (int64_t i = 0; i < count; i++)
        for (int64_t c = 0; c < cols; c++) to[i * cols + c] = buffer[4 * i + c];
      continue;
    }
    for (int64_t taken = 0; taken < count;) {
      const int64_t piece = std::min(count - taken, inRow - block);
      const int64_t numbers = std::min(4 * piece, cols - 4 * block);
      std::copy(buffer + 4 * taken, buffer + 4 * taken + numbers, out + row * cols + 4 * block);
      taken += piece;
      block += piece;
      if (block == inRow) block = 0, row++;
    }
  }
}

const DrawKernels drawKernels = {&fillRows<UniformsOf>, &fillRows<NormalsOf>, &fillRows<WordsOf>};
