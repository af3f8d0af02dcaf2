// cuBLAS counts columns first, programs rows first: c = a b of a program is transpose(c) = transpose(b) transpose(a) there,
// in the same memory.
#include "blas.h"

#include <cstdlib>
#include <limits>

namespace verisim::cuda {
namespace {

using Handle = void*;
using Create = int(Handle*);
using Destroy = int(Handle);
using SetStream = int(Handle, Stream);
using SetMath = int(Handle, int);
using Multiply = int(Handle, int, int, int, int, int, const float*, const float*, int, long long, const float*, int,
                     long long, const float*, float*, int, long long, int);

constexpr int plain = 0, transposed = 1, pedanticMath = 2;

}  // namespace

std::unique_ptr<Blas> Blas::open(Stream stream) {
  const char* const wanted = std::getenv("VERISIM_CUDA_BLAS");
  if (wanted != nullptr && wanted[0] == '0') return nullptr;
  std::string tried;
  std::unique_ptr<Blas> blas(new Blas);
  blas->library_ =
      Library::open("VERISIM_CUBLAS_LIBRARY", {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"}, tried);
  if (!blas->library_) return nullptr;
  auto* const create = blas->library_.symbol<Create>("cublasCreate_v2");
  auto* const setStream = blas->library_.symbol<SetStream>("cublasSetStream_v2");
  auto* const setMath = blas->library_.symbol<SetMath>("cublasSetMathMode");
  if (create == nullptr || setStream == nullptr || setMath == nullptr ||
      blas->library_.symbol<Multiply>("cublasSgemmStridedBatched") == nullptr || create(&blas->handle_) != 0)
    return nullptr;
  if (setStream(blas->handle_, stream) != 0 || setMath(blas->handle_, pedanticMath) != 0) return nullptr;
  return blas;
}

Blas::~Blas() {
  if (handle_ == nullptr) return;
  if (auto* const destroy = library_.symbol<Destroy>("cublasDestroy_v2")) destroy(handle_);
}

bool Blas::takes(const device::Product& g) {
  constexpr int64_t most = std::numeric_limits<int>::max();
  const auto leading = [&](int64_t row, int64_t column, int64_t rows, int64_t columns) {
    // One stride is 1, the other at least the length along it.
    return (column == 1 && row >= columns && row <= most) || (row == 1 && column >= rows && column <= most);
  };
  return g.batch > 0 && g.m > 0 && g.n > 0 && g.k > 0 && g.cRow >= g.n && g.cRow <= most &&
         leading(g.aRow, g.aCol, g.m, g.k) && leading(g.bRow, g.bCol, g.k, g.n);
}

bool Blas::multiply(Address a, Address b, Address c, const device::Product& g, std::string& what) const {
  const float one = 1, begin = g.accumulate != 0 ? 1 : 0;
  const bool aRows = g.aCol == 1 && g.aRow >= g.k, bRows = g.bCol == 1 && g.bRow >= g.n;
  const auto number = [](int64_t value) { return static_cast<int>(value); };
  const int status = library_.symbol<Multiply>("cublasSgemmStridedBatched")(
      handle_, bRows ? plain : transposed, aRows ? plain : transposed, g.n, g.m, g.k, &one,
      reinterpret_cast<const float*>(b), number(bRows ? g.bRow : g.bCol), g.bBatch, reinterpret_cast<const float*>(a),
      number(aRows ? g.aRow : g.aCol), g.aBatch, &begin, reinterpret_cast<float*>(c), number(g.cRow), g.cBatch, g.batch);
  if (status != 0) what = "[cublasSgemmStridedBatched] status " + std::to_string(status);
  return status == 0;
}

}  // namespace verisim::cuda
