// A booster while it grows: its data in bins, validation data beside it, one more tree per class and round.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "lightgbm.h"
#include "matrix.h"

namespace verisim {

using Abort = const std::atomic<bool>*;

/// The flag was set.
struct Aborted {};

/// @throws Aborted where the flag is set
void throwIfAborted(Abort abort);

/// Rows to learn from, or to watch: one label per row, weights or none.
struct Examples {
  Columns columns;
  std::vector<float> labels;
  std::vector<float> weights;
};

class Training {
 public:
  Training() = default;
  ~Training();
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  /// Bins the examples and makes the booster. `watched` without rows: nothing to watch.
  /// @param parameters LightGBM's, as "key=value key=value"
  void begin(const Examples& learnt, const Examples& watched, const std::vector<std::string>& names,
             const std::string& parameters, Abort abort);

  /// Up to `rounds` more rounds; writes the watched rows' loss after each to `losses`, where it is not null.
  /// @returns rounds done: fewer where no split is left that helps
  int64_t grow(int64_t rounds, double* losses, Abort abort);

  /// The first `rounds` rounds in LightGBM's text format.
  std::string text(int64_t rounds) const;

 private:
  DatasetHandle make(const Examples& examples, DatasetHandle reference, const std::string& parameters);

  DatasetHandle learnt_ = nullptr;
  DatasetHandle watched_ = nullptr;
  BoosterHandle booster_ = nullptr;
};

/// A trained booster, for predictions; several threads may use it at once.
class Model {
 public:
  /// @param text LightGBM's own format, already checked
  explicit Model(const std::string& text);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  int features() const { return features_; }
  int outputs() const { return outputs_; }
  int iterations() const { return iterations_; }

  /// Predictions of all rows, `outputs` numbers each. @param raw scores before the link function
  void predict(const Columns& columns, bool raw, int threads, double* out, Abort abort) const;

  /// One number per feature. @param gain total gain, else the number of splits
  std::vector<double> importance(bool gain) const;

 private:
  BoosterHandle booster_ = nullptr;
  int features_ = 0;
  int outputs_ = 0;
  int iterations_ = 0;
};

}  // namespace verisim
