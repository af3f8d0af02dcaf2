// The kernels other than `fused`: a row each, from name to function. Numbers are in the order of
// docs/design/tensor-program.md and were checked by the CPU's bind of the same instruction.
#include "lowering.h"

#include <algorithm>

#include "program/coded_error.h"

namespace verisim::cuda {
namespace {

using device::i64;
using In = const Instruction&;

constexpr uint32_t rowThreads = 128;  // four warps, a row each
constexpr int64_t rowsPerBlock = 4;

Address at(In in, int32_t operand) { return addressOf(in.operands[operand]); }
int64_t blocksOf(int64_t count, int64_t size) { return (count + size - 1) / size; }

/// Tiles of c below which k is cut too; a constant, so that every GPU gives the same bits.
constexpr int64_t wantedTiles = 256, leastDepth = 128, mostPieces = 32;

void gemm(In in, Lowering& out) {
  const int32_t* n = in.ints;
  device::Product g = {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], 1, 16};
  const int64_t tiles = blocksOf(g.m, 64) * blocksOf(g.n, 64) * g.batch;
  if (tiles == 0) return;
  if (out.blas() != nullptr && Blas::takes(g)) return out.multiply(at(in, 0), at(in, 1), at(in, 2), g);
  const int64_t pieces = std::clamp<int64_t>(std::min<int64_t>(wantedTiles / tiles, g.k / leastDepth), 1, mostPieces);
  g.pieceDepth = static_cast<int32_t>(std::max<int64_t>(1, blocksOf(blocksOf(g.k, pieces), 16)) * 16);
  g.pieces = static_cast<int32_t>(std::max<int64_t>(1, blocksOf(g.k, g.pieceDepth)));
  if (g.pieces == 1) return out.launch("gemm", tiles, 1, 256, at(in, 0), at(in, 1), at(in, 2), g);
  const i64 total = i64{g.batch} * g.m * g.n;
  const Address scratch = out.scratch(total * g.pieces * 4);
  out.launch("gemm", tiles * g.pieces, 1, 256, at(in, 0), at(in, 1), scratch, g);
  out.launchOver("gemm_join", total, scratch, at(in, 2), g, total);
}

void gather(In in, Lowering& out) {
  const int32_t rows = in.ints[0], width = in.ints[1];
  const i64 total = i64{width} * in.ints[2];
  out.launchOver("gather", total, at(in, 0), at(in, 1), at(in, 2), rows, width, total);
}

void scatterRows(Lowering& out, Address g, Address indices, Address weights, Address to, int32_t rows, int32_t width,
                 i64 items, int32_t bag, int32_t accumulate) {
  out.launch("scatter_rows", blocksOf(rows, rowsPerBlock), blocksOf(width, 256), rowThreads, g, indices, weights, to, rows,
             width, items, bag, accumulate);
}

void scatterAdd(In in, Lowering& out) {
  scatterRows(out, at(in, 1), at(in, 0), 0, at(in, 2), in.ints[0], in.ints[1], in.ints[2], 1, 0);
}

void gatherSum(In in, Lowering& out) {
  const int32_t* n = in.ints;  // rows, width, count, bag, weighted, accumulate
  const i64 total = i64{n[1]} * n[2];
  const bool weighted = n[4] == 1;
  out.launchOver("gather_sum", total, at(in, 0), at(in, 1), weighted ? at(in, 2) : Address{0}, at(in, weighted ? 3 : 2),
                 n[0], n[1], n[3], n[5], total);
}

void scatterSum(In in, Lowering& out) {
  const int32_t* n = in.ints;
  const bool weighted = n[4] == 1;
  // Without items the rows are still cleared; a bag of one keeps the division defined.
  scatterRows(out, at(in, 0), at(in, 1), weighted ? at(in, 2) : Address{0}, at(in, weighted ? 3 : 2), n[0], n[1],
              i64{n[2]} * n[3], std::max(1, n[3]), n[5]);
}

void segments(In in, Lowering& out, int32_t maximum) {
  const i64 rows = in.ints[0];
  const int32_t width = in.ints[1], spans = in.ints[2];
  if (spans == 0 || rows == 0) return;
  std::vector<int32_t> starts(1, 0);
  for (int32_t s = 0; s < spans; s++) starts.push_back(starts.back() + in.ints[3 + s]);
  out.launch("segment_reduce", blocksOf(rows * spans, rowsPerBlock), 1, rowThreads, at(in, 0), at(in, 1), out.table(starts),
             rows, width, spans, maximum);
}
void segmentSum(In in, Lowering& out) { segments(in, out, 0); }
void segmentMax(In in, Lowering& out) { segments(in, out, 1); }

void argmax(In in, Lowering& out) {
  const i64 rows = in.ints[0];
  out.launch("argmax", blocksOf(rows, rowsPerBlock), 1, rowThreads, at(in, 0), at(in, 1), rows, in.ints[1]);
}

void cumsum(In in, Lowering& out) {
  const i64 rows = in.ints[0];
  out.launch("cumsum", blocksOf(rows, rowsPerBlock), 1, rowThreads, at(in, 0), at(in, 1), rows, in.ints[1], in.ints[2]);
}

void randomFloat(In in, Lowering& out, int32_t normal) {
  const i64 rows = in.ints[1], cols = in.ints[2];
  out.launchOver("random_float", rows * blocksOf(cols, 4), at(in, 0), out.state(), in.ints[0], rows, cols, normal);
}
void randomUniform(In in, Lowering& out) { randomFloat(in, out, 0); }
void randomNormal(In in, Lowering& out) { randomFloat(in, out, 1); }

void randomBelow(In in, Lowering& out) {
  const i64 rows = in.ints[1], cols = in.ints[2];
  const int32_t step = in.operands[0].length >= rows * cols ? 1 : 0;  // a bound each, or one for all
  out.launchOver("random_below", rows * blocksOf(cols, 4), at(in, 0), at(in, 1), out.state(), in.ints[0], rows, cols, step);
}

device::Patches patchesOf(In in) {
  device::Patches patches;
  std::memcpy(&patches, in.ints, sizeof patches);
  return patches;
}
void im2col(In in, Lowering& out) {
  const device::Patches p = patchesOf(in);
  const i64 total = i64{p.batch} * p.outHeight * p.outWidth * p.kernelHeight * p.kernelWidth * p.channels;
  out.launchOver("im2col", total, at(in, 0), at(in, 1), p, total);
}
void col2im(In in, Lowering& out) {
  const device::Patches p = patchesOf(in);
  const i64 total = i64{p.batch} * p.height * p.width * p.channels;
  out.launchOver("col2im", total, at(in, 0), at(in, 1), p, total);
}

void cholesky(In in, Lowering& out) {
  const i64 batch = in.ints[0], n = in.ints[1];
  if (batch * n == 0) return;
  out.launch("cholesky", batch, 1, 128, at(in, 0), at(in, 1), out.scratch(batch * n * n * 8), in.ints[1]);
}

void triangularSolve(In in, Lowering& out) {
  const i64 batch = in.ints[0], columns = batch * in.ints[2];
  if (columns * in.ints[1] == 0) return;
  out.launch("triangular_solve", blocksOf(columns, 32), 1, 32, at(in, 0), at(in, 1), at(in, 2),
             out.scratch(columns * in.ints[1] * 8), in.ints[1], in.ints[2], in.ints[3], columns);
}

/// Cuts parameters into stretches: `each` operands per parameter, from operand `first` on.
std::vector<device::Part> partsOf(In in, int32_t first, int32_t each) {
  constexpr int64_t stretch = 4096;
  std::vector<device::Part> parts;
  for (int32_t p = 0; p < in.ints[0]; p++) {
    const int32_t base = first + p * each;
    const int64_t length = in.operands[base].length;
    for (int64_t from = 0; from < length; from += stretch) {
      const auto part = [&](int32_t i) { return i < each ? in.operands[base + i].f32() + from : nullptr; };
      parts.push_back({part(0), part(1), part(2), part(3), std::min(stretch, length - from)});
    }
  }
  return parts;
}

void adam(In in, Lowering& out) {
  const auto parts = partsOf(in, 2, 4);
  if (parts.empty()) return;
  const float* f = in.floats;
  out.launch("adam", static_cast<int64_t>(parts.size()), 1, 256, out.table(parts), at(in, 0), at(in, 1), in.ints[1], f[0],
             f[1], f[2], f[3]);
}

void sgd(In in, Lowering& out) {
  const auto parts = partsOf(in, 1, 3);
  if (parts.empty()) return;
  out.launch("sgd", static_cast<int64_t>(parts.size()), 1, 256, out.table(parts), at(in, 0), in.ints[1], in.floats[0],
             in.floats[1]);
}

void ema(In in, Lowering& out) {
  const auto parts = partsOf(in, 0, 2);
  if (parts.empty()) return;
  out.launch("ema", static_cast<int64_t>(parts.size()), 1, 256, out.table(parts), in.floats[0]);
}

struct Row {
  std::string_view name;
  void (*lower)(In in, Lowering& out);
};

constexpr Row rows[] = {
    {"fused", &lowerFused},
    {"gemm", &gemm},
    {"gather", &gather},
    {"scatterAdd", &scatterAdd},
    {"gatherSum", &gatherSum},
    {"scatterSum", &scatterSum},
    {"segmentSum", &segmentSum},
    {"segmentMax", &segmentMax},
    {"argmax", &argmax},
    {"cumsum", &cumsum},
    {"randomUniform", &randomUniform},
    {"randomNormal", &randomNormal},
    {"randomBelow", &randomBelow},
    {"im2col", &im2col},
    {"col2im", &col2im},
    {"cholesky", &cholesky},
    {"triangularSolve", &triangularSolve},
    {"adam", &adam},
    {"sgd", &sgd},
    {"ema", &ema},
};

}  // namespace

void Lowering::lower(std::string_view kernel, const Instruction& instruction) {
  for (const Row& row : rows) {
    if (row.name != kernel) continue;
    memory_.resetScratch();
    return row.lower(instruction, *this);
  }
  throw invalidProgram("[" + std::string(kernel) + "] Expected a kernel that CUDA has");
}

Work* Lowering::begin(const std::string& kernel, int64_t blocks, int64_t blocksY, uint32_t threads) {
  if (blocks <= 0 || blocksY <= 0) return nullptr;
  if (blocks > std::numeric_limits<int32_t>::max() || blocksY > 65535)
    throw invalidProgram("[" + kernel + "] Expected sizes that fit the grid of a CUDA device");
  Work& work = work_.emplace_back();
  work.kernel = kernel;
  work.grid[0] = static_cast<uint32_t>(blocks);
  work.grid[1] = static_cast<uint32_t>(blocksY);
  work.threads = threads;
  return &work;
}

void Lowering::launchGenerated(const std::string& kernel, int64_t blocks, const device::Frame& frame,
                               const std::vector<Address>& addresses) {
  Work* const work = begin(kernel, blocks, 1, 128);
  if (work == nullptr) return;
  work->generated = true;
  argument(*work, frame);
  for (const Address address : addresses) argument(*work, address);
}

void Lowering::multiply(Address a, Address b, Address c, const device::Product& product) {
  Work& work = work_.emplace_back();
  work.kernel = "cublas";
  work.blas = Work::Multiplication{a, b, c, product};
}

}  // namespace verisim::cuda
