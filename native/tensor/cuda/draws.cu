// Random numbers by counter (docs/design/tensor-program.md, "Run state"): a thread makes one Philox block, four words of
// one row, so a row's numbers depend on its number and not on the batch.

// Philox 4x32-10 (Salmon et al. 2011).
VS_INLINE void philox(u32* counter, u32 key0, u32 key1) {
  for (int round = 0; round < 10; round++) {
    const u32 low0 = 0xD2511F53u * counter[0], high0 = __umulhi(0xD2511F53u, counter[0]);
    const u32 low1 = 0xCD9E8D57u * counter[2], high1 = __umulhi(0xCD9E8D57u, counter[2]);
    counter[0] = high1 ^ counter[1] ^ key0;
    counter[1] = low1;
    counter[2] = high0 ^ counter[3] ^ key1;
    counter[3] = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

VS_INLINE void drawBlock(const RunState* state, int stream, i64 row, i64 block, u32* words) {
  const u64 number = state->rowOffset + (u64)row;
  words[0] = (u32)number;
  words[1] = (u32)block;
  words[2] = (u32)stream;
  words[3] = (u32)state->step + (u32)(number >> 32);
  philox(words, state->key[0], state->key[1]);
}

// In the open interval (0, 1).
VS_INLINE float unit(u32 word) { return ((float)(word >> 9) + 0.5f) * 1.1920928955078125e-7f; }

// Box and Muller; cospi and sinpi take the angle in half turns, so 2 pi needs no rounding.
VS_INLINE void normalPair(u32 a, u32 b, float* out) {
  const float radius = sqrtf(-2.0f * logf(unit(a)));
  const float halfTurns = 2.0f * unit(b);
  out[0] = radius * cospif(halfTurns);
  out[1] = radius * sinpif(halfTurns);
}

VS_KERNEL random_float(float* out, const RunState* state, int stream, i64 rows, i64 cols, int normal) {
  const i64 blocks = (cols + 3) / 4;
  const i64 at = globalThread();
  if (at >= rows * blocks) return;
  const i64 row = at / blocks, block = at - row * blocks;
  u32 words[4];
  drawBlock(state, stream, row, block, words);
  float values[4];
  if (normal) {
    normalPair(words[0], words[1], values);
    normalPair(words[2], words[3], values + 2);
  } else {
    for (int i = 0; i < 4; i++) values[i] = unit(words[i]);
  }
  for (int i = 0; i < 4; i++)
    if (block * 4 + i < cols) out[row * cols + block * 4 + i] = values[i];
}

// bounds: one per element, or one for all (boundStep 0).
VS_KERNEL random_below(const int* bounds, int* out, const RunState* state, int stream, i64 rows, i64 cols, int boundStep) {
  const i64 blocks = (cols + 3) / 4;
  const i64 at = globalThread();
  if (at >= rows * blocks) return;
  const i64 row = at / blocks, block = at - row * blocks;
  u32 words[4];
  drawBlock(state, stream, row, block, words);
  for (int i = 0; i < 4; i++) {
    const i64 place = row * cols + block * 4 + i;
    if (block * 4 + i >= cols) continue;
    const int bound = bounds[place * boundStep];
    out[place] = bound < 1 ? 0 : (int)__umulhi(words[i], (u32)bound);
  }
}

// The last kernel of every step.
VS_KERNEL advance(RunState* state) {
  state->step++;
  state->count++;
}

// Appends an output to the ring that holds the outputs of the last `ring` steps.
VS_KERNEL keep_output(const u32* value, u32* ringData, const RunState* state, i64 length, i64 stride, int ring) {
  const i64 at = globalThread();
  if (at < length) ringData[(i64)(state->count % (u64)ring) * stride + at] = value[at];
}
