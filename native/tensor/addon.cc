// The bindings: each function reads its arguments, checks how they belong together, and starts a kernel. No arithmetic.
// Above each: its TypeScript signature, as packages/tensor/src/native.ts declares it (without threads and abort).
#include <cmath>
#include <limits>
#include <vector>

#include "arguments.h"
#include "cpu/gemm.h"
#include "cpu/isa.h"
#include "cpu/linalg.h"
#include "cpu/neighbours.h"
#include "cpu/normal.h"
#include "cpu/quantile.h"
#include "cpu/ranks.h"
#include "cpu/stats.h"
#include "program_addon.h"

namespace verisim {
namespace {

using Info = const Napi::CallbackInfo&;

// drawNumbers(out: Float64Array, keys: Uint32Array-like pairs, rowStart, rowCount, attempt, block, normal)
Napi::Value drawNumbers(Info info) {
  Arguments arguments(info);
  const auto out = arguments.array<double>(0, "out");
  arguments.expect(info[1].IsArray(), "Expected an array of keys");
  const auto words = info[1].As<Napi::Array>();
  const int64_t rowStart = arguments.integer(2, "rowStart", 0, (int64_t{1} << 53) - 1);
  const int64_t rowCount = arguments.length(3, "rowCount");
  const auto attempt = static_cast<uint32_t>(arguments.integer(4, "attempt", 0, UINT32_MAX));
  const auto block = static_cast<uint32_t>(arguments.integer(5, "block", 0, UINT32_MAX));
  const bool normals = arguments.flag(6, "normal");
  const uint32_t columns = words.Length();
  arguments.expect(out.size == static_cast<int64_t>(columns) * rowCount, "Expected out to hold keys x rowCount numbers");
  arguments.expect(rowStart + rowCount <= (int64_t{1} << 53), "Expected rows below 2^53");
  std::vector<RandomStream> streams;
  streams.reserve(columns);
  for (uint32_t c = 0; c < columns; c++) {
    const Napi::Value key = words.Get(c);
    arguments.expect(key.IsArray() && key.As<Napi::Array>().Length() == 2, "Expected a key to be two 32-bit words");
    uint32_t word[2];
    for (uint32_t w = 0; w < 2; w++) {
      const Napi::Value value = key.As<Napi::Array>().Get(w);
      const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
      arguments.expect(number >= 0 && number <= UINT32_MAX && number == std::trunc(number),
                       "Expected a key to be two 32-bit words");
      word[w] = static_cast<uint32_t>(number);
    }
    streams.push_back({word[0], word[1], attempt, block});
  }
  return arguments.start(7, static_cast<double>(out.size) * 10, [=, streams = std::move(streams)](Job& job) {
    constexpr int64_t grain = 4096;
    const int64_t parts = (rowCount + grain - 1) / grain;
    const auto kernel = normals ? normal().normals : normal().uniforms;
    job.run(parts * static_cast<int64_t>(streams.size()), [&](int64_t tile, int) {
      const int64_t column = tile / parts, row = tile % parts * grain;
      kernel(out.data + column * rowCount + row, std::min(grain, rowCount - row), static_cast<uint64_t>(rowStart + row),
             streams[static_cast<size_t>(column)]);
    });
    return 0.0;
  });
}

// mapNormal(x: Float64Array, out: Float64Array, inverse: boolean)
Napi::Value mapNormal(Info info) {
  Arguments arguments(info);
  const auto x = arguments.array<double>(0, "x");
  const auto out = arguments.array<double>(1, "out");
  const bool inverse = arguments.flag(2, "inverse");
  arguments.expect(x.size == out.size, "Expected out to be as long as the input");
  arguments.separate(x, out, "Expected out not to overlap the input in part", true);
  return arguments.start(3, static_cast<double>(x.size) * 8, [=](Job& job) {
    const auto kernel = inverse ? normal().quantile : normal().cdf;
    job.range(x.size, 8192, [&](int64_t begin, int64_t end) { kernel(x.data + begin, out.data + begin, end - begin); });
    return 0.0;
  });
}

template <class T>
Napi::Value multiply(Arguments& arguments) {
  const bool transposeA = arguments.flag(0, "transposeA"), transposeB = arguments.flag(1, "transposeB");
  const int64_t m = arguments.integer(2, "m", 0, INT32_MAX), n = arguments.integer(3, "n", 0, INT32_MAX);
  const int64_t k = arguments.integer(4, "k", 0, INT32_MAX);
  const auto alpha = static_cast<T>(arguments.number(5, "alpha"));
  const auto a = arguments.array<T>(6, "a");
  const auto b = arguments.array<T>(7, "b");
  const auto beta = static_cast<T>(arguments.number(8, "beta"));
  const auto c = arguments.array<T>(9, "c");
  arguments.expect(a.size == m * k, "Expected a to hold m x k numbers");
  arguments.expect(b.size == k * n, "Expected b to hold k x n numbers");
  arguments.expect(c.size == m * n, "Expected c to hold m x n numbers");
  arguments.separate(c, a, "Expected c not to overlap a", false);
  arguments.separate(c, b, "Expected c not to overlap b", false);
  const Gemm<T> problem = {m, n, k, a.data, transposeA ? 1 : k, transposeA ? m : 1, b.data, transposeB ? 1 : n,
                           transposeB ? k : 1, c.data, n, alpha, beta};
  const double operations = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  return arguments.start(10, operations / (sizeof(T) == 4 ? 60 : 30) + static_cast<double>(m * n), [=](Job& job) {
    gemm(problem, job);
    return 0.0;
  });
}

// gemm(transposeA, transposeB, m, n, k, alpha, a, b, beta, c)
Napi::Value multiplyMatrices(Info info) {
  Arguments arguments(info);
  return arguments.isFloat32(6) ? multiply<float>(arguments) : multiply<double>(arguments);
}

// cholesky(a: Float64Array, n) -> pivot
Napi::Value factorCholesky(Info info) {
  Arguments arguments(info);
  const auto a = arguments.array<double>(0, "a");
  const int64_t n = arguments.integer(1, "n", 0, 1 << 20);
  arguments.expect(a.size == n * n, "Expected a to hold n x n numbers");
  const double cube = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  return arguments.start(2, cube / 3, [=](Job& job) { return static_cast<double>(cholesky(a.data, n, job)); });
}

// symmetricEigen(a: Float64Array, values: Float64Array, n)
Napi::Value decompose(Info info) {
  Arguments arguments(info);
  const auto a = arguments.array<double>(0, "a");
  const auto values = arguments.array<double>(1, "values");
  const int64_t n = arguments.integer(2, "n", 0, 1 << 15);
  arguments.expect(a.size == n * n && values.size == n, "Expected a to hold n x n numbers and values n");
  arguments.separate(a, values, "Expected values not to overlap a", false);
  const double cube = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  return arguments.start(3, cube * 5, [=](Job& job) {
    if (!symmetricEigen(a.data, values.data, n, job))
      throw ArgumentError("Expected a symmetric matrix of finite numbers");
    return 0.0;
  });
}

// sortNumbers(values: Float64Array, out: Float64Array) -> count
Napi::Value sortValues(Info info) {
  Arguments arguments(info);
  const auto values = arguments.array<double>(0, "values");
  const auto out = arguments.array<double>(1, "out");
  arguments.expect(values.size == out.size, "Expected out to be as long as the input");
  arguments.separate(values, out, "Expected out not to overlap the input in part", true);
  return arguments.start(2, static_cast<double>(values.size) * 20, [=](Job& job) {
    return static_cast<double>(sortNumbers(values.data, values.size, out.data, job));
  });
}

// ranks(values: Float64Array, out: Float64Array)
Napi::Value rankValues(Info info) {
  Arguments arguments(info);
  const auto values = arguments.array<double>(0, "values");
  const auto out = arguments.array<double>(1, "out");
  arguments.expect(values.size == out.size, "Expected out to be as long as the input");
  arguments.expect(values.size <= UINT32_MAX, "Expected fewer than 2^32 values");
  arguments.separate(values, out, "Expected out not to overlap the input in part", true);
  return arguments.start(2, static_cast<double>(values.size) * 40, [=](Job& job) {
    ranks(values.data, values.size, out.data, job);
    return 0.0;
  });
}

void expectAscending(const Arguments& arguments, Span<double> values, const char* message) {
  for (int64_t i = 0; i < values.size; i++)
    arguments.expect(!std::isnan(values.data[i]) && (i == 0 || values.data[i - 1] <= values.data[i]), message);
}

// bucketize(z: Float64Array, thresholds: Float64Array, out: Int32Array, labels?: Int32Array)
Napi::Value bucketizeValues(Info info) {
  Arguments arguments(info);
  const auto z = arguments.array<double>(0, "z");
  const auto thresholds = arguments.array<double>(1, "thresholds");
  const auto out = arguments.array<int32_t>(2, "out");
  const auto labels = arguments.optionalArray<int32_t>(3, "labels");
  arguments.expect(z.size == out.size, "Expected out to be as long as z");
  arguments.expect(thresholds.size < INT32_MAX, "Expected fewer than 2^31 thresholds");
  arguments.expect(labels.data == nullptr || labels.size == thresholds.size + 1, "Expected one label per bucket");
  expectAscending(arguments, thresholds, "Expected ascending thresholds");
  arguments.separate(out, z, "Expected out not to overlap z", false);
  arguments.separate(out, thresholds, "Expected out not to overlap thresholds", false);
  arguments.separate(out, labels, "Expected out not to overlap labels", false);
  return arguments.start(4, static_cast<double>(z.size) * 5, [=](Job& job) {
    bucketize(z.data, z.size, thresholds.data, thresholds.size, labels.data, out.data, job);
    return 0.0;
  });
}

// quantileMap(z, thresholds, cumulative, low, high, decimals, out)
Napi::Value mapQuantiles(Info info) {
  Arguments arguments(info);
  const auto z = arguments.array<double>(0, "z");
  const auto thresholds = arguments.array<double>(1, "marginal.thresholds");
  const auto cumulative = arguments.array<double>(2, "marginal.cumulative");
  const auto low = arguments.array<double>(3, "marginal.low");
  const auto high = arguments.array<double>(4, "marginal.high");
  const auto decimals = static_cast<int>(arguments.integer(5, "marginal.decimals", -1, 22));
  const auto out = arguments.array<double>(6, "out");
  arguments.expect(low.size > 0 && low.size < INT32_MAX, "Expected at least one segment");
  arguments.expect(thresholds.size == low.size - 1 && cumulative.size == low.size + 1 && high.size == low.size,
                   "Expected S segments: S - 1 thresholds, S + 1 cumulative, S low, S high");
  arguments.expect(z.size == out.size, "Expected out to be as long as z");
  expectAscending(arguments, thresholds, "Expected ascending thresholds");
  arguments.separate(out, z, "Expected out not to overlap z in part", true);
  for (const auto& part : {thresholds, cumulative, low, high})
    arguments.separate(out, part, "Expected out not to overlap the marginal", false);
  return arguments.start(7, static_cast<double>(z.size) * 12, [=](Job& job) {
    quantileMap(z.data, z.size, {thresholds.data, cumulative.data, low.data, high.data, low.size, decimals}, out.data,
                job);
    return 0.0;
  });
}

// correlation(columns: Float64Array[], correlation: Float64Array, counts: Float64Array)
Napi::Value correlateColumns(Info info) {
  Arguments arguments(info);
  arguments.expect(info[0].IsArray(), "Expected an array of columns");
  const auto list = info[0].As<Napi::Array>();
  const auto out = arguments.array<double>(1, "correlation");
  const auto counts = arguments.array<double>(2, "counts");
  const auto d = static_cast<int64_t>(list.Length());
  arguments.expect(d <= 1 << 20 && out.size == d * d && counts.size == d * d, "Expected d x d results for d columns");
  arguments.separate(out, counts, "Expected counts not to overlap correlation", false);
  std::vector<const double*> columns;
  int64_t rows = 0;
  for (uint32_t c = 0; c < list.Length(); c++) {
    const auto column = arguments.arrayOf<double>(list.Get(c), "a column");
    arguments.expect(c == 0 || column.size == rows, "Expected columns of one length");
    arguments.separate(out, column, "Expected correlation not to overlap a column", false);
    arguments.separate(counts, column, "Expected counts not to overlap a column", false);
    rows = column.size;
    columns.push_back(column.data);
  }
  return arguments.start(3, static_cast<double>(rows * d * (d + 1)), [=, columns = std::move(columns)](Job& job) {
    correlation(columns.data(), d, rows, out.data, counts.data, job);
    return 0.0;
  });
}

// histogram(values: Float64Array, edges: Float64Array, counts: Float64Array)
Napi::Value countHistogram(Info info) {
  Arguments arguments(info);
  const auto values = arguments.array<double>(0, "values");
  const auto edges = arguments.array<double>(1, "edges");
  const auto counts = arguments.array<double>(2, "counts");
  arguments.expect(edges.size >= 2 && counts.size == edges.size - 1, "Expected at least two edges and a count per bin");
  expectAscending(arguments, edges, "Expected ascending edges");
  arguments.separate(counts, values, "Expected counts not to overlap values", false);
  arguments.separate(counts, edges, "Expected counts not to overlap edges", false);
  return arguments.start(3, static_cast<double>(values.size) * 8 + static_cast<double>(edges.size), [=](Job& job) {
    histogram(values.data, values.size, edges.data, edges.size, counts.data, job);
    return 0.0;
  });
}

// contingency(a: Int32Array, cardinalityA, b: Int32Array, cardinalityB, counts: Float64Array)
Napi::Value countContingency(Info info) {
  Arguments arguments(info);
  const auto a = arguments.array<int32_t>(0, "a");
  const int64_t cardinalityA = arguments.integer(1, "cardinalityA", 0, INT32_MAX);
  const auto b = arguments.array<int32_t>(2, "b");
  const int64_t cardinalityB = arguments.integer(3, "cardinalityB", 0, INT32_MAX);
  const auto counts = arguments.array<double>(4, "counts");
  arguments.expect(a.size == b.size, "Expected a and b of one length");
  arguments.expect(counts.size == cardinalityA * cardinalityB, "Expected cardinalityA x cardinalityB counts");
  arguments.separate(counts, a, "Expected counts not to overlap a", false);
  arguments.separate(counts, b, "Expected counts not to overlap b", false);
  return arguments.start(5, static_cast<double>(a.size) * 2 + static_cast<double>(counts.size), [=](Job& job) {
    contingency(a.data, cardinalityA, b.data, cardinalityB, a.size, counts.data, job);
    return 0.0;
  });
}

// ksStatistic(sortedA: Float64Array, sortedB: Float64Array) -> distance
Napi::Value measureKs(Info info) {
  Arguments arguments(info);
  const auto a = arguments.array<double>(0, "sortedA");
  const auto b = arguments.array<double>(1, "sortedB");
  arguments.expect(a.size > 0 && b.size > 0, "Expected samples of at least one number");
  return arguments.start(2, static_cast<double>(a.size + b.size) * 3, [=](Job& job) {
    return ksStatistic(a.data, a.size, b.data, b.size, job);
  });
}

template <class T>
Napi::Value search(Arguments& arguments) {
  const auto queries = arguments.array<T>(0, "queries");
  const auto data = arguments.array<T>(1, "reference");
  const int64_t queryCount = arguments.integer(2, "queryCount", 0, INT32_MAX - 1);
  const int64_t dataCount = arguments.integer(3, "referenceCount", 0, INT32_MAX - 1);
  const int64_t dimensions = arguments.integer(4, "width", 0, 1 << 20);
  const auto queryCodes = arguments.optionalArray<int32_t>(5, "categories.queries");
  const auto dataCodes = arguments.optionalArray<int32_t>(6, "categories.reference");
  const auto weights = arguments.optionalArray<double>(7, "categories.weights");
  const int64_t k = arguments.integer(8, "k", 1, INT32_MAX);
  const bool manhattan = arguments.flag(9, "manhattan");
  const auto selves = arguments.optionalArray<int32_t>(10, "excludeSelf");
  const auto indices = arguments.array<int32_t>(11, "indices");
  const auto distances = arguments.array<double>(12, "distances");
  arguments.expect(queries.size == queryCount * dimensions && data.size == dataCount * dimensions,
                   "Expected rows of `width` numbers");
  arguments.expect(weights.size <= 1 << 20 && queryCodes.size == queryCount * weights.size &&
                       dataCodes.size == dataCount * weights.size,
                   "Expected a code per row and weight");
  arguments.expect(dimensions + weights.size > 0, "Expected at least one number or category per row");
  for (int64_t c = 0; c < weights.size; c++)
    arguments.expect(weights.data[c] >= 0 && weights.data[c] <= 1e300, "Expected weights from 0 to 1e300");
  arguments.expect(selves.data == nullptr || selves.size == queryCount, "Expected a row of excludeSelf for each query");
  arguments.expect(k <= dataCount - (selves.data == nullptr ? 0 : 1) || queryCount == 0,
                   "Expected k no larger than the rows of reference that a query may find");
  arguments.expect(indices.size == queryCount * k && distances.size == queryCount * k,
                   "Expected k results for each query");
  const auto apart = [&](const auto& input) {
    arguments.separate(indices, input, "Expected indices not to overlap an input", false);
    arguments.separate(distances, input, "Expected distances not to overlap an input", false);
  };
  apart(queries);
  apart(data);
  apart(queryCodes);
  apart(dataCodes);
  apart(weights);
  apart(selves);
  arguments.separate(distances, indices, "Expected distances not to overlap indices", false);
  const double cost = static_cast<double>(queryCount) * static_cast<double>(dataCount) *
                      static_cast<double>(dimensions + 2 * weights.size + 8) / 8;
  return arguments.start(13, cost, [=](Job& job) {
    const Neighbours<T> problem = {queries.data, queryCount, data.data, dataCount, dimensions, queryCodes.data,
                                   dataCodes.data, weights.data, weights.size, selves.data, k,
                                   manhattan ? Metric::manhattan : Metric::euclidean};
    nearestNeighbours(problem, indices.data, distances.data, job);
    return 0.0;
  });
}

// nearestNeighbours(queries, reference, queryCount, referenceCount, width, queryCodes?: Int32Array,
//   referenceCodes?: Int32Array, weights?: Float64Array, k, manhattan, selves?: Int32Array, indices: Int32Array,
//   distances: Float64Array)
Napi::Value findNeighbours(Info info) {
  Arguments arguments(info);
  return arguments.isFloat32(0) ? search<float>(arguments) : search<double>(arguments);
}

// createAbort() -> handle
Napi::Value createAbort(Info info) { return wrapAbortFlag(info.Env()); }

// abort(handle)
void setAbort(Info info) {
  const AbortFlag flag = unwrapAbortFlag(info[0]);
  if (!flag) throw codedError(info.Env(), "VERISIM_NATIVE_ARGUMENT", "Expected an abort handle");
  flag.get()->store(true);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Instance());
  exports.Set("version", Napi::String::New(env, VERISIM_VERSION));
  exports.Set("simd", Napi::String::New(env, isaName(isa())));
  const auto add = [&](const char* name, Napi::Value (*function)(Info)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("drawNumbers", &drawNumbers);
  add("mapNormal", &mapNormal);
  add("gemm", &multiplyMatrices);
  add("cholesky", &factorCholesky);
  add("symmetricEigen", &decompose);
  add("sortNumbers", &sortValues);
  add("ranks", &rankValues);
  add("bucketize", &bucketizeValues);
  add("quantileMap", &mapQuantiles);
  add("correlation", &correlateColumns);
  add("histogram", &countHistogram);
  add("contingency", &countContingency);
  add("ksStatistic", &measureKs);
  add("nearestNeighbours", &findNeighbours);
  add("createAbort", &createAbort);
  exports.Set("abort", Napi::Function::New(env, &setAbort, "abort"));
  addProgramFunctions(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(verisim_tensor, initialise)

}  // namespace verisim
