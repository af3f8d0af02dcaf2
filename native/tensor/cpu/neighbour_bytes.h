// The search's coarse filter: rows as bytes. Products of bytes are whole numbers, so nothing rounds; what was lost when
// a row became bytes is known exactly, and by the triangle inequality two rows are no nearer than their bytes less both
// losses.
#pragma once

#include <cstdint>

namespace verisim {

/// Whether this machine multiplies bytes fast enough for the filter to pay (AVX-512 VNNI).
bool hasByteFilter();

/// A block of data against some queries of a tile. Bit i of near[j] is set where row i may be near queries[j].
struct ByteFilter {
  const int32_t* queries;  // places in the tile
  const uint8_t* values;   // of the tile's queries, bytes plus 128: [tile x steps x 4]
  const int32_t* limits;   // [tile]
  const int8_t* data;      // [steps x neighbourBlock x 4]
  const int32_t* start;    // [neighbourBlock]
  int64_t steps;
  uint32_t* near;
};

void filterBytes(const ByteFilter& block, int count);

}  // namespace verisim
