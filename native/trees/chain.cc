// Drawing: rows in blocks, column by column, each block by one thread. Rows under a condition are tried one by one: a
// column that is bound is drawn from what is allowed and the try goes on with the probability of that, which is exact.
#include "chain.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

namespace verisim {
namespace {

constexpr int64_t blockRows = 1024;
/// Tries among which one is chosen by weight where none was accepted.
constexpr int64_t weighedTries = 16;
/// Weight of a node in which nothing is allowed, against one in which all is.
constexpr double leastMass = 1e-9;

struct Draw {
  double first = 0;
  double second = 0;
};

Draw drawsOf(StreamKey key, uint64_t row, uint32_t attempt) {
  const auto words = rowWords(key, row, attempt, 0);
  const double first = uniformOf(words[0], words[1]);
  return {attempt == 0 ? stratifiedUniform(key, row, first) : first, uniformOf(words[2], words[3])};
}

/// The leaf of a row. @param bins of the chain's columns, `stride` apart
int32_t leafOf(const ChainColumn& column, const uint8_t* bins, int64_t stride) {
  const ChainNode* const nodes = column.nodes.data();
  int32_t node = 0;
  while (nodes[node].column >= 0) {
    const uint8_t bin = bins[nodes[node].column * stride];
    const int32_t threshold = nodes[node].threshold;
    const bool left =
        threshold >= 0 ? bin <= threshold
                       : (column.masks[static_cast<size_t>(-1 - threshold) * 8 + (bin >> 5)] >> (bin & 31) & 1u) != 0;
    node = nodes[node].left + (left ? 0 : 1);
  }
  return node;
}

/// The donor that a uniform falls on: of the leaf, or of a node above it.
int32_t donorOf(const ChainColumn& column, int32_t node, double uniform) {
  const ChainNode* const nodes = column.nodes.data();
  for (;;) {
    const double rows = nodes[node].end - nodes[node].start;
    if (nodes[node].parent >= 0) {
      const double up = nodes[node].up;
      if (uniform < up) {
        uniform /= up;
        node = nodes[node].parent;
        continue;
      }
      uniform = (uniform - up) / (1 - up);
    }
    const auto place = std::min(static_cast<int64_t>(uniform * rows), static_cast<int64_t>(rows) - 1);
    return column.donors[static_cast<size_t>(nodes[node].start + std::max<int64_t>(0, place))];
  }
}

template <class T>
int64_t pick(const T* weights, int64_t count, double uniform) {
  double total = 0;
  for (int64_t i = 0; i < count; i++) total += weights[i];
  double left = uniform * total;
  int64_t last = 0;
  for (int64_t i = 0; i < count; i++) {
    if (!(weights[i] > 0)) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}

class Drawer {
 public:
  Drawer(const Chain& chain, const ChainRequest& request, const ChainOutputs& outputs, uint8_t* forced, double* weights)
      : chain_(chain), request_(request), outputs_(outputs), forced_(forced), weights_(weights) {
    bound_.assign(chain.columns.size(), nullptr);
    prefix_.resize(request.allowed.size());
    for (size_t a = 0; a < request.allowed.size(); a++) {
      const AllowedOutcomes& allowed = request.allowed[a];
      const ChainColumn& column = chain.columns[static_cast<size_t>(allowed.column)];
      bound_[static_cast<size_t>(allowed.column)] = &allowed;
      if (column.boosted) {
        bool any = false;
        for (const int32_t code : column.boostedOutcomes) any = any || allowed.share[static_cast<size_t>(code)] > 0;
        never_.push_back(!any);
        continue;
      }
      prefix_[a].resize(column.donors.size() + 1);
      for (size_t i = 0; i < column.donors.size(); i++)
        prefix_[a][i + 1] = prefix_[a][i] + allowed.share[static_cast<size_t>(column.donors[i])];
      never_.push_back(!(prefix_[a].back() > 0));
    }
  }

  /// Rows [begin, end) of what is asked for.
  void block(int64_t begin, int64_t end) const {
    const size_t width = chain_.columns.size();
    const int64_t count = end - begin;
    if (!request_.allowed.empty()) {
      std::vector<uint8_t> bins(width);
      Row row(width), kept(width);
      for (int64_t i = begin; i < end; i++) conditioned(offsetOf(i), bins.data(), row, kept);
      return;
    }
    std::vector<uint8_t> bins(width * static_cast<size_t>(blockRows));
    std::vector<float> weights;
    for (size_t c = 0; c < width; c++) {
      const ChainColumn& column = chain_.columns[c];
      uint8_t* const own = bins.data() + static_cast<int64_t>(c) * blockRows;
      if (column.decider >= 0) {
        const int32_t* const deciding = outputs_.codes[static_cast<size_t>(column.decider)];
        for (int64_t i = 0; i < count; i++) {
          const int64_t offset = offsetOf(begin + i);
          const int32_t code = column.lookup[static_cast<size_t>(deciding[offset])];
          own[i] = column.binOf[static_cast<size_t>(code)];
          outputs_.codes[c][offset] = code;
        }
        continue;
      }
      if (column.boosted) boost(column, bins.data(), count, weights);
      for (int64_t i = 0; i < count; i++) {
        const int64_t offset = offsetOf(begin + i);
        const Draw draw = drawsOf(request_.keys[c], request_.rowStart + static_cast<uint64_t>(offset), 0);
        int32_t code;
        if (column.boosted) {
          const auto classes = static_cast<int64_t>(column.boostedOutcomes.size());
          code = column.boostedOutcomes[static_cast<size_t>(pick(weights.data() + i * classes, classes, draw.first))];
        } else {
          code = donorOf(column, leafOf(column, bins.data() + i, blockRows), draw.first);
        }
        own[i] = column.binOf[static_cast<size_t>(code)];
        write(c, offset, code, draw.second);
      }
    }
  }

 private:
  /// The outcomes of a row, and where numbers lie.
  struct Row {
    explicit Row(size_t width) : codes(width), values(width) {}
    std::vector<int32_t> codes;
    std::vector<double> values;
  };

  int64_t offsetOf(int64_t i) const { return request_.rows.empty() ? i : request_.rows[static_cast<size_t>(i)]; }

  static double valueOf(const ChainColumn& column, int32_t code, double uniform) {
    const auto c = static_cast<size_t>(code);
    return column.low[c] + uniform * (column.high[c] - column.low[c]);
  }

  void write(size_t c, int64_t offset, int32_t code, double uniform) const {
    const ChainColumn& column = chain_.columns[c];
    if (column.isNumber()) outputs_.values[c][offset] = valueOf(column, code, uniform);
    else outputs_.codes[c][offset] = code;
  }

  static void boost(const ChainColumn& column, const uint8_t* bins, int64_t count, std::vector<float>& weights) {
    std::vector<const uint8_t*> own;
    for (const int32_t place : column.boostedColumns) own.push_back(bins + place * blockRows);
    weights.resize(static_cast<size_t>(count) * column.boostedOutcomes.size());
    classWeights(*column.boosted, own, count, weights.data());
  }

  void conditioned(int64_t offset, uint8_t* bins, Row& row, Row& kept) const {
    const uint64_t number = request_.rowStart + static_cast<uint64_t>(offset);
    if (weights_ != nullptr) {
      double weight = 1;
      tryRow(number, 0, bins, row, &weight);
      weights_[offset] = weight;
      return;
    }
    for (int64_t attempt = 0; attempt < request_.tries; attempt++) {
      if (tryRow(number, static_cast<uint32_t>(attempt), bins, row, nullptr)) return keep(offset, row, isNever());
    }
    // None was accepted: one of some more by its weight.
    double total = 0;
    for (int64_t more = 0; more < weighedTries; more++) {
      const auto attempt = static_cast<uint32_t>(request_.tries + more);
      double weight = 1;
      tryRow(number, attempt, bins, row, &weight);
      total += weight;
      const Draw draw = drawsOf(request_.choices, number, attempt);
      if (more == 0 || draw.first * total < weight) std::swap(row, kept);
    }
    keep(offset, kept, true);
  }

  /// Whether a bound column is held to what the model never draws.
  bool isNever() const { return std::find(never_.begin(), never_.end(), true) != never_.end(); }

  void keep(int64_t offset, const Row& row, bool byForce) const {
    for (size_t c = 0; c < chain_.columns.size(); c++) {
      if (chain_.columns[c].isNumber()) outputs_.values[c][offset] = row.values[c];
      else outputs_.codes[c][offset] = row.codes[c];
    }
    if (forced_ != nullptr) forced_[offset] = byForce ? 1 : 0;
  }

  /// One try of a row. @param weight where not null: the try is not given up, and its weight comes back
  bool tryRow(uint64_t number, uint32_t attempt, uint8_t* bins, Row& row, double* weight) const {
    for (size_t c = 0; c < chain_.columns.size(); c++) {
      const ChainColumn& column = chain_.columns[c];
      if (column.decider >= 0) {
        row.codes[c] = column.lookup[static_cast<size_t>(row.codes[static_cast<size_t>(column.decider)])];
        bins[c] = column.binOf[static_cast<size_t>(row.codes[c])];
        continue;
      }
      const Draw draw = drawsOf(request_.keys[c], number, attempt);
      const AllowedOutcomes* const allowed = bound_[c];
      int32_t code;
      if (allowed == nullptr) {
        if (column.boosted) {
          std::vector<float> weights;
          single(column, bins, weights);
          code = column.boostedOutcomes[static_cast<size_t>(
              pick(weights.data(), static_cast<int64_t>(weights.size()), draw.first))];
        } else {
          code = donorOf(column, leafOf(column, bins, 1), draw.first);
        }
        if (column.isNumber()) row.values[c] = valueOf(column, code, draw.second);
      } else {
        double mass = 0;
        code = allowedOutcome(column, *allowed, bins, draw.first, mass);
        if (weight != nullptr) {
          *weight *= std::max(mass, leastMass);
        } else if (!never_[static_cast<size_t>(allowed - request_.allowed.data())]) {
          const auto words = rowWords(request_.keys[c], number, attempt, 1);
          if (uniformOf(words[0], words[1]) >= mass) return false;
        }
        if (column.isNumber()) row.values[c] = allowedValue(column, *allowed, code, draw.second);
      }
      row.codes[c] = code;
      bins[c] = column.binOf[static_cast<size_t>(code)];
    }
    return true;
  }

  static void single(const ChainColumn& column, const uint8_t* bins, std::vector<float>& weights) {
    std::vector<const uint8_t*> own;
    for (const int32_t place : column.boostedColumns) own.push_back(bins + place);
    weights.resize(column.boostedOutcomes.size());
    classWeights(*column.boosted, own, 1, weights.data());
  }

  /// An allowed outcome; the model's probability that the column is allowed comes back in `mass`.
  int32_t allowedOutcome(const ChainColumn& column, const AllowedOutcomes& allowed, const uint8_t* bins, double uniform,
                         double& mass) const {
    if (column.boosted) {
      std::vector<float> weights;
      single(column, bins, weights);
      double whole = 0;
      mass = 0;
      for (size_t k = 0; k < weights.size(); k++) {
        whole += weights[k];
        weights[k] *= static_cast<float>(allowed.share[static_cast<size_t>(column.boostedOutcomes[k])]);
        mass += weights[k];
      }
      mass = whole > 0 ? mass / whole : 0;
      if (!(mass > 0)) return anyAllowed(allowed, uniform);
      return column.boostedOutcomes[static_cast<size_t>(
          pick(weights.data(), static_cast<int64_t>(weights.size()), uniform))];
    }
    const std::vector<double>& prefix = prefix_[static_cast<size_t>(&allowed - request_.allowed.data())];
    const ChainNode* const nodes = column.nodes.data();
    const int32_t leaf = leafOf(column, bins, 1);
    // Masses of the leaf and of what is above it, weighed as free draws weigh them.
    double share = 1;
    mass = 0;
    for (int32_t node = leaf; node >= 0; node = nodes[node].parent) {
      const double stay = nodes[node].parent < 0 ? 1 : 1 - nodes[node].up;
      mass += share * stay * massOf(nodes[node], prefix);
      share *= 1 - stay;
    }
    if (!(mass > 0)) {
      const ChainNode& root = nodes[0];
      if (massOf(root, prefix) > 0) return within(column, root, prefix, allowed, uniform);
      return anyAllowed(allowed, uniform);
    }
    double left = uniform * mass;
    share = 1;
    int32_t last = leaf;
    for (int32_t node = leaf; node >= 0; node = nodes[node].parent) {
      const double stay = nodes[node].parent < 0 ? 1 : 1 - nodes[node].up;
      const double own = share * stay * massOf(nodes[node], prefix);
      if (own > 0) {
        last = node;
        if (left < own) return within(column, nodes[node], prefix, allowed, left / own);
      }
      left -= own;
      share *= 1 - stay;
    }
    return within(column, nodes[last], prefix, allowed, 1 - 1e-12);
  }

  static double massOf(const ChainNode& node, const std::vector<double>& prefix) {
    const double rows = node.end - node.start;
    const double sum = prefix[static_cast<size_t>(node.end)] - prefix[static_cast<size_t>(node.start)];
    return rows > 0 && sum > 0 ? std::min(1.0, sum / rows) : 0;
  }

  static int32_t within(const ChainColumn& column, const ChainNode& node, const std::vector<double>& prefix,
                        const AllowedOutcomes& allowed, double uniform) {
    const double begin = prefix[static_cast<size_t>(node.start)], end = prefix[static_cast<size_t>(node.end)];
    const auto first = prefix.begin() + node.start, last = prefix.begin() + node.end;
    auto place = std::upper_bound(first, last, begin + uniform * (end - begin)) - prefix.begin() - 1;
    place = std::clamp<int64_t>(place, node.start, node.end - 1);
    // Rounding at an end may fall on a donor that is not allowed.
    const auto ok = [&](int64_t at) {
      return allowed.share[static_cast<size_t>(column.donors[static_cast<size_t>(at)])] > 0;
    };
    int64_t at = place;
    while (at < node.end && !ok(at)) at++;
    if (at == node.end) {
      at = place;
      while (!ok(at)) at--;
    }
    return column.donors[static_cast<size_t>(at)];
  }

  /// Nothing that is allowed was ever drawn: all of it alike.
  static int32_t anyAllowed(const AllowedOutcomes& allowed, double uniform) {
    return static_cast<int32_t>(pick(allowed.share.data(), static_cast<int64_t>(allowed.share.size()), uniform));
  }

  static double allowedValue(const ChainColumn& column, const AllowedOutcomes& allowed, int32_t code, double uniform) {
    const auto first = static_cast<size_t>(allowed.first[static_cast<size_t>(code)]);
    const auto last = static_cast<size_t>(allowed.first[static_cast<size_t>(code) + 1]);
    if (first == last) return column.low[static_cast<size_t>(code)];
    double length = 0;
    for (size_t p = first; p < last; p++) length += allowed.high[p] - allowed.low[p];
    if (!(length > 0)) return allowed.low[first + std::min(last - first - 1, static_cast<size_t>(uniform * static_cast<double>(last - first)))];
    double left = uniform * length;
    for (size_t p = first; p < last; p++) {
      const double own = allowed.high[p] - allowed.low[p];
      if (left < own) return allowed.low[p] + left;
      left -= own;
    }
    return allowed.high[last - 1];
  }

  const Chain& chain_;
  const ChainRequest& request_;
  const ChainOutputs& outputs_;
  uint8_t* forced_;
  double* weights_;
  /// Per allowed column: the model draws nothing of it by itself.
  std::vector<bool> never_;
  std::vector<const AllowedOutcomes*> bound_;
  std::vector<std::vector<double>> prefix_;
};

}  // namespace

void drawChain(const Chain& chain, const ChainRequest& request, const ChainOutputs& outputs, uint8_t* forced,
               double* weights, Abort abort) {
  const Drawer drawer(chain, request, outputs, forced, weights);
  const int64_t rows = request.rows.empty() ? request.rowCount : static_cast<int64_t>(request.rows.size());
  const int64_t blocks = (rows + blockRows - 1) / blockRows;
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (int64_t b = next++; b < blocks; b = next++) {
        throwIfAborted(abort);
        drawer.block(b * blockRows, std::min(rows, (b + 1) * blockRows));
      }
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      next = blocks;
    }
  };
  std::vector<std::thread> others;
  const int64_t wanted = std::min<int64_t>(request.threads, blocks);
  for (int64_t t = 1; t < wanted; t++) {
    try {
      others.emplace_back(work);
    } catch (const std::system_error&) {
      break;  // the threads there are do the work
    }
  }
  work();
  for (std::thread& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace verisim
