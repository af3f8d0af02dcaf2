// A row in a block is a lane; filters start from the row's own part of the distance, less what rounding can add.
#include "neighbour_blocks.h"

#include "neighbour_bytes.h"

namespace verisim {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

int64_t blocksOf(const NeighbourNode& node) {
  return (node.end - node.begin + neighbourBlock - 1) / neighbourBlock;
}

int64_t countBlocks(const NeighbourTree& tree) {
  int64_t sum = 0;
  for (const int32_t leaf : tree.leaves) sum += blocksOf(tree.nodes[static_cast<size_t>(leaf)]);
  return sum;
}

}  // namespace

ByteRows::ByteRows(const NeighbourRows& rows, bool wanted) : axes_(rows.dimensions) {
  if (!wanted || !rows.squared || rows.categories > 0 || axes_ < 12 || axes_ > 1024 || !hasByteFilter()) return;
  // Steps that hold all but one row in a thousand: those beyond lose more, which only makes them pass more often.
  std::vector<float> largest;
  const int64_t stride = std::max<int64_t>(1, rows.count / 4096);
  for (int64_t row = 0; row < rows.count; row += stride) {
    float most = 0;
    for (int64_t d = 0; d < axes_; d++) most = std::max(most, std::abs(rows.values[row * axes_ + d]));
    largest.push_back(most);
  }
  const auto place = largest.begin() + static_cast<int64_t>(largest.size() - 1) * 999 / 1000;
  std::nth_element(largest.begin(), place, largest.end());
  if (*place > 0) step_ = static_cast<double>(*place) / 127;
}

Blocks::Blocks(const Side& side, double slack, const ByteRows& byteRows, Job& job)
    : Blocks(side, countBlocks(side.tree), slack, byteRows, job) {}

Blocks::Blocks(const Side& side, int64_t count, double slack, const ByteRows& byteRows, Job& job)
    : first(side.tree.nodes.size(), 0),
      values(static_cast<size_t>(count * neighbourBlock * side.rows.dimensions)),
      start(static_cast<size_t>(count * neighbourBlock)),
      codes(static_cast<size_t>(count * neighbourBlock * side.rows.categories)),
      bytes(byteRows.used() ? static_cast<size_t>(count * neighbourBlock * byteRows.steps() * 4) : 0),
      byteStart(byteRows.used() ? static_cast<size_t>(count * neighbourBlock) : 0),
      lost(byteRows.used() ? static_cast<size_t>(count) : 0, 0.0f) {
  int64_t next = 0;
  for (const int32_t leaf : side.tree.leaves) {
    first[static_cast<size_t>(leaf)] = next;
    next += blocksOf(side.tree.nodes[static_cast<size_t>(leaf)]);
  }
  job.run(static_cast<int64_t>(side.tree.leaves.size()), [&](int64_t i, int) {
    const int32_t leaf = side.tree.leaves[static_cast<size_t>(i)];
    const NeighbourNode& node = side.tree.nodes[static_cast<size_t>(leaf)];
    for (int64_t place = 0; place < blocksOf(node) * neighbourBlock; place++)
      put(side, first[static_cast<size_t>(leaf)] * neighbourBlock + place,
          place < node.end - node.begin ? side.tree.order[static_cast<size_t>(node.begin + place)] : -1, slack,
          byteRows);
  });
}

void Blocks::put(const Side& side, int64_t place, int64_t row, double slack, const ByteRows& byteRows) {
  if (byteRows.used()) putBytes(side, place, row, byteRows);
  const NeighbourRows& rows = side.rows;
  const int64_t block = place / neighbourBlock, lane = place % neighbourBlock;
  float* const out = values.data() + block * neighbourBlock * rows.dimensions + lane;
  int32_t* const outCodes = codes.data() + block * neighbourBlock * rows.categories + lane;
  double sum = 0;
  for (int64_t d = 0; d < rows.dimensions; d++) {
    const float x = row < 0 ? 0 : rows.values[row * rows.dimensions + d];
    out[d * neighbourBlock] = rows.squared ? -2 * x : x;
    sum += rows.squared ? static_cast<double>(x) * x : std::abs(static_cast<double>(x));
  }
  for (int64_t c = 0; c < rows.categories; c++)
    outCodes[c * neighbourBlock] = row < 0 ? 0 : rows.codes[row * rows.categories + c];
  if (row < 0) {
    start[static_cast<size_t>(place)] = infinity;
    return;
  }
  // What rounding can add is taken off beforehand.
  const double norm = rows.norms[row];
  const double from = rows.squared ? sum * (1 - slack) - norm * norm * neighbourTurnError : -sum * slack;
  start[static_cast<size_t>(place)] = std::nextafter(static_cast<float>(from), -infinity);
}

/// A row passes where bytes . query - floor(|bytes|^2 / 2) reaches a limit; the query's bytes are 128 too large.
void Blocks::putBytes(const Side& side, int64_t place, int64_t row, const ByteRows& byteRows) {
  const int64_t block = place / neighbourBlock, lane = place % neighbourBlock;
  int8_t* const out = bytes.data() + (block * byteRows.steps() * neighbourBlock + lane) * 4;
  for (int64_t step = 0; step < byteRows.steps(); step++) std::fill_n(out + step * neighbourBlock * 4, 4, int8_t{0});
  if (row < 0) {
    byteStart[static_cast<size_t>(place)] = -(1 << 30) - (1 << 29);
    return;
  }
  int32_t norm = 0;
  const double rowLost =
      byteRows.bytesOf(side.rows.values + row * side.rows.dimensions, side.rows.norms[row], [&](int64_t d, int32_t byte) {
        out[d / 4 * neighbourBlock * 4 + d % 4] = static_cast<int8_t>(byte);
        norm += byte * byte + 256 * byte;
      });
  byteStart[static_cast<size_t>(place)] = -(norm >> 1);
  float& most = lost[static_cast<size_t>(block)];
  most = std::max(most, std::nextafter(static_cast<float>(rowLost), infinity));
}

}  // namespace verisim
