// Boosting and prediction by LightGBM's C API.
#include "training.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "program/coded_error.h"

namespace verisim {

void throwIfAborted(Abort abort) {
  if (abort != nullptr && abort->load(std::memory_order_relaxed)) throw Aborted{};
}

Training::~Training() {
  // Datasets outlive the booster that reads them.
  if (booster_ != nullptr) lightGbm().BoosterFree(booster_);
  if (watched_ != nullptr) lightGbm().DatasetFree(watched_);
  if (learnt_ != nullptr) lightGbm().DatasetFree(learnt_);
}

DatasetHandle Training::make(const Examples& examples, DatasetHandle reference, const std::string& parameters) {
  const LightGbm& api = lightGbm();
  const Columns& columns = examples.columns;
  std::vector<double> matrix(columns.data.size() * static_cast<size_t>(columns.rows));
  columns.gather(0, columns.rows, matrix.data());
  DatasetHandle dataset = nullptr;
  check(api.DatasetCreateFromMat(matrix.data(), lgbm::float64, static_cast<int32_t>(columns.rows),
                                 static_cast<int32_t>(columns.data.size()), lgbm::rowMajor, parameters.c_str(),
                                 reference, &dataset));
  return dataset;
}

namespace {

void describe(DatasetHandle dataset, const Examples& examples) {
  const LightGbm& api = lightGbm();
  const auto count = static_cast<int>(examples.labels.size());
  check(api.DatasetSetField(dataset, "label", examples.labels.data(), count, lgbm::float32));
  if (!examples.weights.empty())
    check(api.DatasetSetField(dataset, "weight", examples.weights.data(), count, lgbm::float32));
}

}  // namespace

void Training::begin(const Examples& learnt, const Examples& watched, const std::vector<std::string>& names,
                     const std::string& parameters, Abort abort) {
  silence();
  const LightGbm& api = lightGbm();
  learnt_ = make(learnt, nullptr, parameters);
  describe(learnt_, learnt);
  std::vector<const char*> texts;
  for (const std::string& name : names) texts.push_back(name.c_str());
  check(api.DatasetSetFeatureNames(learnt_, texts.data(), static_cast<int>(texts.size())));
  throwIfAborted(abort);
  check(api.BoosterCreate(learnt_, parameters.c_str(), &booster_));
  if (watched.columns.rows == 0) return;
  watched_ = make(watched, learnt_, parameters);
  describe(watched_, watched);
  check(api.BoosterAddValidData(booster_, watched_));
}

int64_t Training::grow(int64_t rounds, double* losses, Abort abort) {
  silence();
  const LightGbm& api = lightGbm();
  int metrics = 0;
  check(api.BoosterGetEvalCounts(booster_, &metrics));
  std::vector<double> values(static_cast<size_t>(std::max(1, metrics)));
  for (int64_t round = 0; round < rounds; round++) {
    throwIfAborted(abort);
    int finished = 0;
    check(api.BoosterUpdateOneIter(booster_, &finished));
    if (finished != 0) return round;
    if (losses == nullptr) continue;
    int count = 0;
    // 0 is the learnt data, 1 the first that is watched.
    check(api.BoosterGetEval(booster_, 1, &count, values.data()));
    losses[round] = count > 0 ? values[0] : std::numeric_limits<double>::quiet_NaN();
  }
  return rounds;
}

std::string Training::text(int64_t rounds) const {
  silence();
  const auto save = [&](int64_t capacity, char* out) {
    int64_t length = 0;
    check(lightGbm().BoosterSaveModelToString(booster_, 0, static_cast<int>(rounds), 0, capacity, &length, out));
    return length;
  };
  std::string text(1 << 16, '\0');
  int64_t length = save(static_cast<int64_t>(text.size()), text.data());
  if (length > static_cast<int64_t>(text.size())) {
    text.resize(static_cast<size_t>(length));
    length = save(length, text.data());
  }
  // The length counts the closing zero.
  text.resize(static_cast<size_t>(std::max<int64_t>(1, length) - 1));
  return text;
}

Model::Model(const std::string& text) {
  silence();
  const LightGbm& api = lightGbm();
  check(api.BoosterLoadModelFromString(text.c_str(), &iterations_, &booster_));
  try {
    check(api.BoosterGetNumFeature(booster_, &features_));
    check(api.BoosterGetNumClasses(booster_, &outputs_));
  } catch (...) {
    api.BoosterFree(booster_);
    throw;
  }
}

Model::~Model() {
  if (booster_ != nullptr) lightGbm().BoosterFree(booster_);
}

void Model::predict(const Columns& columns, bool raw, int threads, double* out, Abort abort) const {
  silence();
  // Rows at a time: enough work for every thread, and a place to stop.
  constexpr int64_t chunk = 8192;
  const auto width = static_cast<int64_t>(columns.data.size());
  std::vector<double> matrix(static_cast<size_t>(std::min(chunk, columns.rows) * width));
  const std::string parameters = "num_threads=" + std::to_string(threads) + " verbosity=-1";
  for (int64_t begin = 0; begin < columns.rows; begin += chunk) {
    throwIfAborted(abort);
    const int64_t end = std::min(columns.rows, begin + chunk);
    columns.gather(begin, end, matrix.data());
    int64_t count = 0;
    check(lightGbm().BoosterPredictForMat(booster_, matrix.data(), lgbm::float64, static_cast<int32_t>(end - begin),
                                          static_cast<int32_t>(width), lgbm::rowMajor, raw ? 1 : 0, 0, -1,
                                          parameters.c_str(), &count, out + begin * outputs_));
    if (count != (end - begin) * outputs_)
      throw CodedError("VERISIM_NATIVE_FAILED", "internal: another number of predictions than rows");
  }
}

std::vector<double> Model::importance(bool gain) const {
  std::vector<double> values(static_cast<size_t>(features_));
  check(lightGbm().BoosterFeatureImportance(booster_, 0, gain ? 1 : 0, values.data()));
  return values;
}

}  // namespace verisim
