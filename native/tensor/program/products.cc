// The kernel `gemm` of programs: batched products of strided operands. Everything is checked when an instruction is
// bound; a run only adds up.
#include <algorithm>
#include <atomic>
#include <bit>
#include <memory>

#include "../cpu/gemm.h"
#include "kernels.h"

namespace verisim {
namespace {

/// Words that `batch` matrices of rows x cols reach over: 0 where there is nothing in them.
int64_t reach(const Reader& in, int64_t batch, int64_t batchStride, int64_t rows, int64_t rowStride, int64_t cols,
              int64_t colStride) {
  if (batch == 0 || rows == 0 || cols == 0) return 0;
  return in.product(batch - 1, batchStride) + in.product(rows - 1, rowStride) + in.product(cols - 1, colStride) + 1;
}

/// A product with the cut that its last run used: found anew only when the number of threads changes.
class Product {
 public:
  explicit Product(const Gemm<float>& problem) : problem_(problem) {}

  void run(Job& job) {
    GemmCut cut = std::bit_cast<GemmCut>(cut_.load(std::memory_order_relaxed));
    if (cut.threads != job.threads) {
      cut = cutGemm(problem_, job.threads);
      cut_.store(std::bit_cast<uint64_t>(cut), std::memory_order_relaxed);
    }
    gemm(problem_, cut, job);
  }

 private:
  const Gemm<float> problem_;
  std::atomic<uint64_t> cut_{0};
};

}  // namespace

Step bindGemm(const Instruction& instruction) {
  Reader in("gemm", instruction);
  Gemm<float> g = {};
  g.batch = in.integer("batch");
  g.m = in.integer("m");
  g.n = in.integer("n");
  g.k = in.integer("k");
  g.aBatch = in.integer("aBatch");
  g.aRow = in.integer("aRow");
  g.aStep = in.integer("aCol");
  g.bBatch = in.integer("bBatch");
  g.bStep = in.integer("bRow");
  g.bCol = in.integer("bCol");
  g.cBatch = in.integer("cBatch");
  g.cRow = in.integer("cRow");
  g.alpha = 1;
  g.beta = in.flag("accumulate") ? 1 : 0;
  in.product(in.product(g.batch, g.m), g.n);
  g.a = in.input(DType::f32, reach(in, g.batch, g.aBatch, g.m, g.aRow, g.k, g.aStep)).f32();
  g.b = in.input(DType::f32, reach(in, g.batch, g.bBatch, g.k, g.bStep, g.n, g.bCol)).f32();
  g.c = in.output(DType::f32, reach(in, g.batch, g.cBatch, g.m, g.cRow, g.n, 1)).f32();
  in.end();
  // Two elements of c at one place would make a result depend on which thread came last.
  const int64_t rows = std::max<int64_t>(1, g.m), products = std::max<int64_t>(1, g.batch);
  in.expect(rows == 1 || g.cRow >= g.n, "Expected rows of c that do not overlap");
  in.expect(products == 1 || g.m == 0 || g.cBatch >= in.product(rows - 1, g.cRow) + g.n ||
                (g.cBatch >= g.n && (rows == 1 || g.cRow >= in.product(products - 1, g.cBatch) + g.n)),
            "Expected products that do not overlap in c");
  return [product = std::make_shared<Product>(turned(g))](Job& job, const RunState&) { product->run(job); };
}

}  // namespace verisim
