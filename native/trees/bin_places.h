// Bins of a column as places in an order that splits can cut: at most 64 of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "donor_tree.h"

namespace verisim {

inline constexpr int places = 64;
/// Entries of a table from bins to places.
inline constexpr size_t tableSize = 256;

/// Place per bin: bins with an order keep it and fall into places of even shares; the others are ordered by reciprocal
/// averaging, so that bins which meet the same classes lie together.
/// @param rows that are learnt; @param table receives the place of each of 256 bins
void placeBins(const BinnedColumn& column, const std::vector<uint32_t>& rows, const std::vector<int32_t>& classOf,
               int classes, uint8_t* table);

}  // namespace verisim
