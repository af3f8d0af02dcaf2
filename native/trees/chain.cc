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

#include "chain_allowed.h"
#include "chain_numbers.h"

namespace verisim {
namespace {

constexpr int64_t blockRows = 1024;
/// Tries among which one is chosen by weight where none was accepted.
constexpr int64_t weighedTries = 16;
/// Draws of a residual by which the share of it that is allowed is told, and the first block of random words that none uses else.
constexpr int64_t residualDraws = 32;
constexpr int64_t firstRedraw = 16;
/// Weight of a node in which nothing is allowed, against one in which all is.
constexpr double leastMass = 1e-9;

class Drawer {
 public:
  Drawer(const Chain& chain, const ChainRequest& request, const ChainOutputs& outputs, uint8_t* forced, double* weights)
      : chain_(chain), request_(request), outputs_(outputs), forced_(forced), weights_(weights) {
    bound_.assign(chain.columns.size(), nullptr);
    prefix_.resize(request.allowed.size());
    for (const ChainColumn& column : chain.columns) hasGuesses_ = hasGuesses_ || column.guess;
    for (size_t a = 0; a < request.allowed.size(); a++) {
      const AllowedOutcomes& allowed = request.allowed[a];
      const ChainColumn& column = chain.columns[static_cast<size_t>(allowed.column)];
      bound_[static_cast<size_t>(allowed.column)] = &allowed;
      if (column.residual >= 0) {
        // A guess may lead anywhere.
        never_.push_back(false);
        continue;
      }
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
    std::vector<double> scores(hasGuesses_ ? bins.size() : 0);
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
      double* const ownScores = scores.empty() ? nullptr : scores.data() + static_cast<int64_t>(c) * blockRows;
      if (column.guess) {
        for (int64_t i = 0; i < count; i++) {
          ownScores[i] = guessOf(*column.guess, scores.data() + i, blockRows);
          const int32_t code = codeOf(*column.guess, ownScores[i]);
          own[i] = column.binOf[static_cast<size_t>(code)];
          outputs_.codes[c][offsetOf(begin + i)] = code;
        }
        continue;
      }
      if (column.residual >= 0) {
        const double* const guesses = scores.data() + column.guessed * blockRows;
        const double* const residuals = outputs_.values[static_cast<size_t>(column.residual)];
        for (int64_t i = 0; i < count; i++) {
          const int64_t offset = offsetOf(begin + i);
          const Place place = placeOf(column, guesses[i] + residuals[offset]);
          own[i] = column.binOf[static_cast<size_t>(place.code)];
          ownScores[i] = scoreOf(column, place);
          outputs_.values[c][offset] = valueOf(column, place);
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
        if (ownScores != nullptr && !column.edges.empty()) ownScores[i] = scoreOf(column, {code, draw.second});
        write(c, offset, code, draw.second);
      }
    }
  }

 private:
  /// The outcomes of a row, and where numbers lie.
  struct Row {
    explicit Row(size_t width) : codes(width), values(width), scores(width) {}
    std::vector<int32_t> codes;
    std::vector<double> values;
    std::vector<double> scores;
  };

  int64_t offsetOf(int64_t i) const { return request_.rows.empty() ? i : request_.rows[static_cast<size_t>(i)]; }

  void write(size_t c, int64_t offset, int32_t code, double uniform) const {
    const ChainColumn& column = chain_.columns[c];
    if (column.isNumber()) outputs_.values[c][offset] = valueOf(column, {code, uniform});
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
      if (column.guess) {
        row.scores[c] = guessOf(*column.guess, row.scores.data(), 1);
        row.codes[c] = codeOf(*column.guess, row.scores[c]);
        bins[c] = column.binOf[static_cast<size_t>(row.codes[c])];
        continue;
      }
      if (column.residual >= 0) {
        if (!guessedNumber(c, number, attempt, bins, row, weight)) return false;
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
        if (column.isNumber()) row.values[c] = valueOf(column, {code, draw.second});
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
      if (!column.edges.empty()) row.scores[c] = scoreOf(column, {code, alongOf(column, code, row.values[c])});
      row.codes[c] = code;
      bins[c] = column.binOf[static_cast<size_t>(code)];
    }
    return true;
  }

  /// A number from its guess and its residual, which has been drawn. A try with a weight draws the residual again and again:
  /// the share of what is allowed is the weight, and the first that is allowed is taken. @returns false: given up
  bool guessedNumber(size_t c, uint64_t number, uint32_t attempt, const uint8_t* bins, Row& row, double* weight) const {
    const ChainColumn& column = chain_.columns[c];
    const AllowedOutcomes* const allowed = bound_[c];
    const auto from = static_cast<size_t>(column.residual);
    const double guess = row.scores[static_cast<size_t>(column.guessed)];
    Place place = placeOf(column, guess + row.values[from]);
    bool isFound = allowed == nullptr || isAllowed(*allowed, place.code, valueOf(column, place));
    if (allowed != nullptr && weight == nullptr && !isFound) return false;
    if (allowed != nullptr && weight != nullptr) {
      int64_t found = isFound ? 1 : 0;
      const ChainColumn& residual = chain_.columns[from];
      const int32_t leaf = leafOf(residual, bins, 1);
      for (int64_t more = 1; more < residualDraws; more++) {
        const auto words = rowWords(request_.keys[from], number, attempt, static_cast<uint32_t>(firstRedraw + more));
        const int32_t code = donorOf(residual, leaf, uniformOf(words[0], words[1]));
        const Place other = placeOf(column, guess + valueOf(residual, {code, uniformOf(words[2], words[3])}));
        if (!isAllowed(*allowed, other.code, valueOf(column, other))) continue;
        if (!isFound) place = other;
        isFound = true;
        found++;
      }
      *weight *= std::max(static_cast<double>(found) / static_cast<double>(residualDraws), leastMass);
    }
    row.values[c] = valueOf(column, place);
    if (!isFound) {
      const Draw draw = drawsOf(request_.keys[c], number, attempt);
      place.code = anyAllowed(*allowed, draw.first);
      row.values[c] = allowedValue(column, *allowed, place.code, draw.second);
      place.along = alongOf(column, place.code, row.values[c]);
    }
    row.codes[c] = place.code;
    row.scores[c] = scoreOf(column, place);
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

  const Chain& chain_;
  const ChainRequest& request_;
  const ChainOutputs& outputs_;
  uint8_t* forced_;
  double* weights_;
  /// Per allowed column: the model draws nothing of it by itself.
  std::vector<bool> never_;
  bool hasGuesses_ = false;
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
