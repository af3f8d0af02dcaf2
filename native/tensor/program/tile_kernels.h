// The loops over tiles: one per pointwise op, and the sums and maxima of rows and columns. Included once per instruction
// set (cpu/each_isa.h). Sums run in chains whose number does not depend on the set, so every set with fused
// multiply-add gives the same bits.
#include "program/lanes.h"

namespace {

constexpr int lineVectors = static_cast<int>(lineWords) / lanes32;

#define OP(name, count, define, result)                                     \
  struct name##Op {                                                         \
    static constexpr int32_t number = static_cast<int32_t>(Pointwise::name); \
    static constexpr int arity = count;                                     \
    VERISIM_INLINE F32 apply(const F32* x) {                                \
      define;                                                               \
      return (F32)(result);                                                 \
    }                                                                       \
  };
#define OP1(name, result) OP(name, 1, const F32 a = x[0], result)
#define OP2(name, result) OP(name, 2, const F32 a = x[0]; const F32 b = x[1], result)
#define OP3(name, result) OP(name, 3, const F32 a = x[0]; const F32 b = x[1]; const F32 c = x[2], result)
#define OPSELECT(name, result) OP3(name, result)
#define OPI2(name, result) OP(name, 2, const I32 a = (I32)x[0]; const I32 b = (I32)x[1], result)
#define OPIF1(name, result) OP(name, 1, const I32 a = (I32)x[0], result)
#define OPIF2(name, result) OPI2(name, result)
#define OPFI1(name, result) OP1(name, result)
#include "ops.def"
#undef OP

/// An input that is read, where another op could be.
struct Leaf {
  static constexpr int32_t number = TileTree::leaf;
  static constexpr int arity = 1;
  VERISIM_INLINE F32 apply(const F32* x) { return x[0]; }
};

/// `Root` of two or three inputs that are leaves or ops of leaves; their leaves lie in x one after another.
template <class Root, class A, class B, class... C>
struct Tree {
  static constexpr int arity = A::arity + B::arity + (0 + ... + C::arity);
  VERISIM_INLINE F32 apply(const F32* x) {
    const F32 inputs[] = {A::apply(x), B::apply(x + A::arity), C::apply(x + A::arity + B::arity)...};
    return Root::apply(inputs);
  }
};

/// where(less(a, b), c, d), and with d = e * f: the mask need not become numbers on the way.
struct choiceOp {
  static constexpr int arity = 4;
  VERISIM_INLINE F32 apply(const F32* x) { return choose(x[0] < x[1], x[2], x[3]); }
};
struct leakyOp {
  static constexpr int arity = 5;
  VERISIM_INLINE F32 apply(const F32* x) { return choose(x[0] < x[1], x[2], x[3] * x[4]); }
};

/// The loop of an op or a tree. It reads a line of every input before it writes one: a result may lie where an input does.
template <class Op>
static void map(const TileOp& op, float* const* at, int64_t n) {
  float* out = at[op.out];
  const float* from[Op::arity];
  int64_t step[Op::arity];
#pragma GCC unroll 5
  for (int i = 0; i < Op::arity; i++) from[i] = at[op.in[i]], step[i] = op.step[i];
  for (int64_t done = 0; done < n; done += lineWords, out += lineWords) {
    F32 x[lineVectors][Op::arity];
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) {
#pragma GCC unroll 5
      for (int i = 0; i < Op::arity; i++) x[v][i] = loadF32(from[i] + v * lanes32);
    }
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) storeF32(out + v * lanes32, Op::apply(x[v]));
#pragma GCC unroll 5
    for (int i = 0; i < Op::arity; i++) from[i] += step[i];
  }
}

const TileLoop loops[] = {
#define OP1(name, result) &map<name##Op>,
#define OP2(name, result) &map<name##Op>,
#define OP3(name, result) &map<name##Op>,
#define OPSELECT(name, result) &map<name##Op>,
#define OPI2(name, result) &map<name##Op>,
#define OPIF1(name, result) &map<name##Op>,
#define OPIF2(name, result) &map<name##Op>,
#define OPFI1(name, result) &map<name##Op>,
#include "ops.def"
};

template <class Root, class A, class B, class C = Leaf>
constexpr TileTree tree() {
  using Joined = std::conditional_t<Root::arity == 2, Tree<Root, A, B>, Tree<Root, A, B, C>>;
  return {Root::number, {A::number, B::number, C::number}, &map<Joined>};
}

// Any two cheap ops in a row, and a leaky rectifier.
#define AFTER(first)                                                                                     \
  tree<addOp, first, Leaf>(), tree<addOp, Leaf, first>(), tree<subOp, first, Leaf>(), tree<subOp, Leaf, first>(), \
      tree<mulOp, first, Leaf>(), tree<mulOp, Leaf, first>(), tree<maximumOp, first, Leaf>(),            \
      tree<maximumOp, Leaf, first>()
const TileTree trees[] = {
    AFTER(addOp),
    AFTER(subOp),
    AFTER(mulOp),
    AFTER(lessOp),
    tree<whereOp, Leaf, Leaf, mulOp>(),
    {whereOp::number, {lessOp::number, TileTree::leaf, TileTree::leaf}, &map<choiceOp>},
    {whereOp::number, {lessOp::number, TileTree::leaf, mulOp::number}, &map<leakyOp>},
};
#undef AFTER

struct Sum {
  static constexpr float none = 0;
  VERISIM_INLINE F32 join(F32 a, F32 b) { return a + b; }
};
struct Maximum {
  static constexpr float none = -__builtin_inff();
  VERISIM_INLINE F32 join(F32 a, F32 b) { return vx_max(a, b); }
};

/// The first `count` words of p and nothing to join in the other lanes; reads no more.
template <class Reduce>
VERISIM_INLINE F32 part(const float* p, int64_t count) {
  const int words = static_cast<int>(count);
  return choose(firstLanes(words), loadFirst(p, words), all(Reduce::none));
}

/// One row in `vectors` vectors of chains. Chains that a short row leaves empty change nothing, so short rows may take
/// half of them.
template <class Reduce, int vectors>
VERISIM_INLINE float rowOf(const float* x, int64_t cols) {
  F32 chain[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) chain[v] = all(Reduce::none);
  int64_t i = 0;
  for (; i + vectors * lanes32 <= cols; i += vectors * lanes32) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) chain[v] = Reduce::join(chain[v], loadF32(x + i + v * lanes32));
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++, i += lanes32) {
    if (i >= cols) break;
    const F32 more = i + lanes32 <= cols ? loadF32(x + i) : part<Reduce>(x + i, cols - i);
    chain[v] = Reduce::join(chain[v], more);
  }
#pragma GCC unroll 3
  for (int half = vectors / 2; half > 0; half /= 2)
#pragma GCC unroll 4
    for (int v = 0; v < half; v++) chain[v] = Reduce::join(chain[v], chain[v + half]);
  return acrossLanes(chain[0], [](F32 a, F32 b) __attribute__((always_inline)) { return Reduce::join(a, b); })[0];
}

template <class Reduce>
static void rows(const float* x, int64_t rows, int64_t cols, float* out, int64_t outStep) {
  if (cols <= lineWords) {
    for (int64_t r = 0; r < rows; r++) out[r * outStep] = rowOf<Reduce, lineVectors>(x + r * cols, cols);
  } else {
    for (int64_t r = 0; r < rows; r++) out[r * outStep] = rowOf<Reduce, 2 * lineVectors>(x + r * cols, cols);
  }
}

/// The rows of one vector of columns in four chains, then onto what is there.
template <class Reduce, class Load>
VERISIM_INLINE void column(int64_t rows, float* out, Load load) {
  F32 total = loadF32(out);
  int64_t r = 0;
  if (rows >= 4) {
    F32 chain[4];
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) chain[k] = load(k);
    for (r = 4; r + 4 <= rows; r += 4) {
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) chain[k] = Reduce::join(chain[k], load(r + k));
    }
    total = Reduce::join(total, Reduce::join(Reduce::join(chain[0], chain[1]), Reduce::join(chain[2], chain[3])));
  }
  for (; r < rows; r++) total = Reduce::join(total, load(r));
  storeF32(out, total);
}

template <class Reduce>
static void columns(const float* x, int64_t rows, int64_t cols, float* out) {
  int64_t c = 0;
  for (; c + lanes32 <= cols; c += lanes32)
    column<Reduce>(rows, out + c, [&](int64_t r) __attribute__((always_inline)) { return loadF32(x + r * cols + c); });
  if (c < cols)
    column<Reduce>(rows, out + c, [&](int64_t r) __attribute__((always_inline)) {
      return part<Reduce>(x + r * cols + c, cols - c);
    });
}

}  // namespace

const TileKernels tileKernels = {loops, trees, &map<Leaf>, &rows<Sum>, &rows<Maximum>, &columns<Sum>, &columns<Maximum>};
