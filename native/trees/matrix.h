// Columns as JavaScript holds them, laid out row by row as LightGBM reads them fastest.
#pragma once

#include <cstdint>
#include <vector>

namespace verisim {

/// Columns of equal length; the memory is that of typed arrays which the running task holds.
struct Columns {
  std::vector<const double*> data;
  int64_t rows = 0;

  /// Copies rows [begin, end) into `out`, row-major.
  void gather(int64_t begin, int64_t end, double* out) const {
    constexpr int64_t block = 64;  // rows whose lines stay in the nearest cache while the columns pass
    const auto width = static_cast<int64_t>(data.size());
    for (int64_t first = begin; first < end; first += block) {
      const int64_t last = first + block < end ? first + block : end;
      for (int64_t c = 0; c < width; c++) {
        const double* const column = data[static_cast<size_t>(c)];
        for (int64_t row = first; row < last; row++) out[(row - begin) * width + c] = column[row];
      }
    }
  }
};

}  // namespace verisim
