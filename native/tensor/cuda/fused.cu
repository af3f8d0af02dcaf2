// Runs any fused group without a compiler on the user's machine: a launch's work is a list of instructions over slots of
// values, five words each, and every thread goes through it for four indices at a time, so that reading an instruction
// is shared. Slots are words; an op takes them as f32 or i32 as its row in ops.def says.

enum {
#define OP1(name, expression) op_##name,
#define OP2(name, expression) op_##name,
#define OP3(name, expression) op_##name,
#define OPI2(name, expression) op_##name,
#define OPIF1(name, expression) op_##name,
#define OPIF2(name, expression) op_##name,
#define OPFI1(name, expression) op_##name,
#define OPSELECT(name, expression) op_##name,
#include "ops.def"
};

// Instructions that are not ops.
enum { code_load = -1, code_constant = -2, code_store = -3, code_reduce = -4 };

#define VS_EACH for (int lane = 0; lane < lanes; lane++)
#define VS_F32(slot) __int_as_float(v[slot][lane])
#define VS_CASE1(name, type, read, make, expression) \
  case op_##name:                                    \
    VS_EACH {                                        \
      const type a = read(word[2]);                  \
      v[word[1]][lane] = make(expression);           \
    }                                                \
    break;
#define VS_CASE2(name, type, read, make, expression)         \
  case op_##name:                                            \
    VS_EACH {                                                \
      const type a = read(word[2]), b = read(word[3]);       \
      v[word[1]][lane] = make(expression);                   \
    }                                                        \
    break;
#define VS_I32(slot) v[slot][lane]
#define VS_WORD(value) (value)

// word: op, target, a, b, c. A load's a is where its address stands, b where its strides begin; a store's alike; a
// constant's a is the word.
template <int slots, int lanes>
VS_INLINE void runGroup(const Frame& f, const Group& g, const int* code, const int* strides, const u64* addresses,
                        float* const* partials, float* meet) {
  int v[slots][lanes];
  float sum[8];
  for (int r = 0; r < 8; r++) sum[r] = g.maxima >> r & 1 ? -infinity() : 0.0f;
  const Place p = placeOf(f);
  for (i64 first = p.begin; first < p.end; first += (i64)f.innerThreads * lanes) {
    u32 at[lanes][6];
    bool inside[lanes];
    VS_EACH {
      const i64 i = first + (i64)lane * f.innerThreads;
      inside[lane] = i < p.end;
      // An index beyond the end stands for the first one: it is computed, and not written.
      u32 rest = (u32)(p.outer * f.outerStep + (inside[lane] ? i : first) * f.innerStep);
#pragma unroll
      for (int d = 5; d >= 0; d--) {
        if (d >= g.rank) continue;
        const u32 over = rest / g.dims[d];
        at[lane][d] = rest - over * g.dims[d];
        rest = over;
      }
    }
    for (int n = 0; n < g.instructions; n++) {
      const int* word = code + n * 5;
      switch (word[0]) {
        case code_load: {
          const int* data = (const int*)addresses[word[2]];
          const int* step = strides + word[3];
          VS_EACH {
            i64 offset = 0;
#pragma unroll
            for (int d = 0; d < 6; d++)
              if (d < g.rank) offset += (i64)at[lane][d] * step[d];
            v[word[1]][lane] = data[offset];
          }
          break;
        }
        case code_constant:
          VS_EACH v[word[1]][lane] = word[2];
          break;
        case code_store: {
          int* data = (int*)addresses[word[2]];
          const int* step = strides + word[3];
          VS_EACH {
            i64 offset = 0;
#pragma unroll
            for (int d = 0; d < 6; d++)
              if (d < g.rank) offset += (i64)at[lane][d] * step[d];
            if (inside[lane]) data[offset] = v[word[1]][lane];
          }
          break;
        }
        case code_reduce: {
          const int r = word[2];
          VS_EACH if (inside[lane]) sum[r] = g.maxima >> r & 1 ? largest(sum[r], VS_F32(word[1])) : sum[r] + VS_F32(word[1]);
          break;
        }
#define OP1(name, expression) VS_CASE1(name, float, VS_F32, __float_as_int, expression)
#define OP2(name, expression) VS_CASE2(name, float, VS_F32, __float_as_int, expression)
#define OP3(name, expression)                                                          \
  case op_##name:                                                                      \
    VS_EACH {                                                                          \
      const float a = VS_F32(word[2]), b = VS_F32(word[3]), c = VS_F32(word[4]);       \
      v[word[1]][lane] = __float_as_int(expression);                                   \
    }                                                                                  \
    break;
#define OPI2(name, expression) VS_CASE2(name, int, VS_I32, VS_WORD, expression)
#define OPIF1(name, expression) VS_CASE1(name, int, VS_I32, __float_as_int, expression)
#define OPIF2(name, expression) VS_CASE2(name, int, VS_I32, __float_as_int, expression)
#define OPFI1(name, expression) VS_CASE1(name, float, VS_F32, VS_WORD, expression)
#define OPSELECT(name, expression)                                   \
  case op_##name:                                                    \
    VS_EACH {                                                        \
      const float a = VS_F32(word[2]);                               \
      const int b = v[word[3]][lane], c = v[word[4]][lane];          \
      v[word[1]][lane] = expression;                                 \
    }                                                                \
    break;
#include "ops.def"
      }
    }
  }
  for (int r = 0; r < g.reductions; r++) meetThreads(f, p, meet, sum[r], g.maxima >> r & 1, partials[r]);
}

// Few slots stay close to the core; a group that needs more takes the second kernel.
VS_KERNEL fused_small(Frame f, Group g, const int* code, const int* strides, const u64* addresses, float* const* partials) {
  __shared__ float meet[128];
  runGroup<24, 4>(f, g, code, strides, addresses, partials, meet);
}

VS_KERNEL fused_large(Frame f, Group g, const int* code, const int* strides, const u64* addresses, float* const* partials) {
  __shared__ float meet[128];
  runGroup<384, 1>(f, g, code, strides, addresses, partials, meet);
}

// out = the chunks' results, put together in order.
VS_KERNEL fused_join(const float* partials, float* out, i64 count, int chunks, int maximum) {
  const i64 at = globalThread();
  if (at >= count) return;
  float result = partials[at];
  for (int chunk = 1; chunk < chunks; chunk++) {
    const float next = partials[chunk * count + at];
    result = maximum ? largest(result, next) : result + next;
  }
  out[at] = result;
}
