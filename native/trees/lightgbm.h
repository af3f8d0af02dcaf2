// The functions of LightGBM's C API that the addon calls, as pointers into a library that is opened at run time: no
// header and no link dependency, and a process that never trains a tree never loads it.
#pragma once

#include <cstdint>
#include <string>

namespace verisim {

using DatasetHandle = void*;
using BoosterHandle = void*;

/// Values of the API's constants.
namespace lgbm {
inline constexpr int float32 = 0;
inline constexpr int float64 = 1;
inline constexpr int rowMajor = 1;
}  // namespace lgbm

/// One row per function: name after LGBM_, parameters. Each returns 0, or -1 and leaves a text for lastError.
#define VERISIM_LGBM_FUNCTIONS(row)                                                                                    \
  row(DatasetCreateFromMat, (const void* data, int type, int32_t rows, int32_t columns, int isRowMajor,                \
                             const char* parameters, DatasetHandle reference, DatasetHandle* out))                     \
  row(DatasetSetField, (DatasetHandle dataset, const char* name, const void* data, int count, int type))               \
  row(DatasetSetFeatureNames, (DatasetHandle dataset, const char** names, int count))                                  \
  row(DatasetFree, (DatasetHandle dataset))                                                                            \
  row(BoosterCreate, (DatasetHandle dataset, const char* parameters, BoosterHandle* out))                              \
  row(BoosterLoadModelFromString, (const char* text, int* outIterations, BoosterHandle* out))                          \
  row(BoosterFree, (BoosterHandle booster))                                                                            \
  row(BoosterAddValidData, (BoosterHandle booster, DatasetHandle dataset))                                             \
  row(BoosterGetNumClasses, (BoosterHandle booster, int* out))                                                         \
  row(BoosterGetNumFeature, (BoosterHandle booster, int* out))                                                         \
  row(BoosterGetCurrentIteration, (BoosterHandle booster, int* out))                                                   \
  row(BoosterUpdateOneIter, (BoosterHandle booster, int* outFinished))                                                 \
  row(BoosterGetEvalCounts, (BoosterHandle booster, int* out))                                                         \
  row(BoosterGetEval, (BoosterHandle booster, int dataset, int* outCount, double* out))                                \
  row(BoosterPredictForMat,                                                                                            \
      (BoosterHandle booster, const void* data, int type, int32_t rows, int32_t columns, int isRowMajor, int kind,     \
       int firstIteration, int iterations, const char* parameters, int64_t* outCount, double* out))                    \
  row(BoosterSaveModelToString, (BoosterHandle booster, int firstIteration, int iterations, int importance,            \
                                 int64_t capacity, int64_t* outLength, char* out))                                     \
  row(BoosterFeatureImportance, (BoosterHandle booster, int iterations, int kind, double* out))                        \
  row(RegisterLogCallback, (void (*callback)(const char*)))

/// The opened library. One per process; it stays to the end, as its threads do.
struct LightGbm {
#define VERISIM_LGBM_POINTER(name, parameters) int(*name) parameters = nullptr;
  VERISIM_LGBM_FUNCTIONS(VERISIM_LGBM_POINTER)
#undef VERISIM_LGBM_POINTER
  const char* (*lastError)() = nullptr;
};

/// Opens the library at a path; later calls change nothing.
/// @throws CodedError VERISIM_NATIVE_MISSING with what the loader said
void openLightGbm(const std::string& path);

/// The opened library. @throws CodedError VERISIM_NATIVE_MISSING before openLightGbm
const LightGbm& lightGbm();

/// @throws CodedError VERISIM_LIGHTGBM with LightGBM's own words unless the status is 0
void check(int status);

/// Silences LightGBM on this thread: what matters comes back as an error, and stdout belongs to the caller.
void silence();

}  // namespace verisim
