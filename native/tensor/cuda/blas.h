// cuBLAS, where it is found: matrix products of f32 without the lower precision of tensor cores. Opened after a device,
// since loading it takes long and its first call fails without a driver.
#pragma once

#include <memory>
#include <string>

#include "api.h"
#include "device_layout.h"
#include "library.h"

namespace verisim::cuda {

class Blas {
 public:
  /// Null where it is not found, or where VERISIM_CUDA_BLAS is 0.
  static std::unique_ptr<Blas> open(Stream stream);
  ~Blas();
  Blas(const Blas&) = delete;
  Blas& operator=(const Blas&) = delete;

  /// Whether the strides of the product are such as cuBLAS takes.
  static bool takes(const device::Product& product);
  /// False where it failed; `what` then says how.
  bool multiply(Address a, Address b, Address c, const device::Product& product, std::string& what) const;

 private:
  Blas() = default;

  Library library_;
  void* handle_ = nullptr;
};

}  // namespace verisim::cuda
