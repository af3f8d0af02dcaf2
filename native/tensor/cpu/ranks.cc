// Least-significant-digit radix sort over eight digits of eight bits; a digit that all keys share is skipped, so that
// whole numbers and rounded amounts cost three or four passes.
#include "ranks.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace verisim {
namespace {

constexpr int digits = 8;
constexpr int64_t checkEvery = int64_t{1} << 16;

/// Unsigned order of the key is numeric order of the double.
uint64_t keyOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits ^ (bits >> 63 ? ~uint64_t{0} : uint64_t{1} << 63);
}

double valueOf(uint64_t key) {
  const uint64_t bits = key ^ (key >> 63 ? uint64_t{1} << 63 : ~uint64_t{0});
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

struct KeyedRow {
  uint64_t key;
  uint32_t row;
};

uint64_t keyIn(uint64_t entry) { return entry; }
uint64_t keyIn(const KeyedRow& entry) { return entry.key; }

/// Sorts entries[count] with `spare` as the other buffer; returns whichever holds the result. Stable.
template <class Entry>
Entry* radixSort(Entry* entries, Entry* spare, int64_t count, Job& job) {
  std::array<std::array<int64_t, 256>, digits> counts{};
  for (int64_t i = 0; i < count; i++) {
    const uint64_t key = keyIn(entries[i]);
    for (int digit = 0; digit < digits; digit++) counts[static_cast<size_t>(digit)][key >> (8 * digit) & 255]++;
  }
  for (int digit = 0; digit < digits; digit++) {
    auto& buckets = counts[static_cast<size_t>(digit)];
    if (count == 0 || buckets[keyIn(entries[0]) >> (8 * digit) & 255] == count) continue;
    int64_t start = 0;
    for (int64_t& bucket : buckets) start += std::exchange(bucket, start);
    for (int64_t begin = 0; begin < count; begin += checkEvery) {
      job.check();
      const int64_t end = std::min(count, begin + checkEvery);
      for (int64_t i = begin; i < end; i++) spare[buckets[keyIn(entries[i]) >> (8 * digit) & 255]++] = entries[i];
    }
    std::swap(entries, spare);
  }
  return entries;
}

}  // namespace

int64_t sortNumbers(const double* values, int64_t count, double* out, Job& job) {
  Scratch<uint64_t> keys(static_cast<size_t>(count)), spare(static_cast<size_t>(count));
  int64_t kept = 0;
  for (int64_t i = 0; i < count; i++)
    if (!std::isnan(values[i])) keys[static_cast<size_t>(kept++)] = keyOf(values[i]);
  const uint64_t* const sorted = radixSort(keys.data(), spare.data(), kept, job);
  for (int64_t i = 0; i < kept; i++) out[i] = valueOf(sorted[i]);
  return kept;
}

void ranks(const double* values, int64_t count, double* out, Job& job) {
  Scratch<KeyedRow> rows(static_cast<size_t>(count)), spare(static_cast<size_t>(count));
  int64_t kept = 0;
  for (int64_t i = 0; i < count; i++) {
    const double value = values[i] + 0.0;  // -0 becomes 0
    if (std::isnan(value))
      out[i] = std::numeric_limits<double>::quiet_NaN();
    else
      rows[static_cast<size_t>(kept++)] = {keyOf(value), static_cast<uint32_t>(i)};
  }
  const KeyedRow* const sorted = radixSort(rows.data(), spare.data(), kept, job);
  for (int64_t begin = 0; begin < kept;) {
    int64_t end = begin + 1;
    while (end < kept && sorted[end].key == sorted[begin].key) end++;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (int64_t i = begin; i < end; i++) out[sorted[i].row] = rank;
    begin = end;
  }
}

}  // namespace verisim
