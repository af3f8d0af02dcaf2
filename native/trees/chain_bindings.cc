// Above each function: its TypeScript signature, as packages/trees/src/native.ts declares it.
#include "chain_bindings.h"

#include "chain_reader.h"

namespace verisim {
namespace {

using Info = const Napi::CallbackInfo&;

constexpr napi_type_tag chainTag = {0x51c9a3d7e2b84f60, 0x8d12b7f4c6a95e03};

template <class Array, class T>
Napi::Value copied(Napi::Env env, const std::vector<T>& values) {
  Array array = Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

/// bins, counts, nominal at `first`
std::vector<BinnedColumn> readColumns(Arguments& arguments, size_t first, int64_t rows) {
  const Napi::Array list = arguments.list(first, "bins");
  const auto counts = arguments.array<int32_t>(first + 1, "counts");
  const auto nominal = arguments.array<uint8_t>(first + 2, "nominal");
  const uint32_t width = list.Length();
  arguments.expect(counts.size == width && nominal.size == width, "Expected a count and a flag per column");
  std::vector<BinnedColumn> columns;
  for (uint32_t c = 0; c < width; c++) {
    const auto bins = arguments.arrayIn<uint8_t>(list.Get(c), "a column of bins");
    arguments.expect(bins.size == rows, "Expected a bin per row");
    arguments.expect(counts.data[c] >= 1 && counts.data[c] <= 256, "Expected 1 to 256 bins");
    columns.push_back({bins.data, counts.data[c], nominal.data[c] != 0});
  }
  return columns;
}

/// Whether every bin is below its column's count; off the JavaScript thread.
void checkBins(const std::vector<BinnedColumn>& columns, int64_t rows) {
  for (const BinnedColumn& column : columns) {
    if (column.count == 256) continue;
    for (int64_t row = 0; row < rows; row++)
      if (column.bins[row] >= column.count) throw CodedError("VERISIM_NATIVE_ARGUMENT", "Expected bins below their count");
  }
}

std::vector<uint32_t> heldRows(Arguments& arguments, const Span<uint32_t>& held, int64_t rows) {
  for (int64_t i = 0; i < held.size; i++) arguments.expect(held.data[i] < rows, "Expected rows of the table for held");
  return {held.data, held.data + held.size};
}

// growDonorTree(bins, counts, nominal, codes, outcomes, ordered, zeroApart, folds, minLeaf, penalty, leakPrice, abort?) -> tree
Napi::Value growTree(Info info) {
  Arguments arguments(info);
  const auto codes = arguments.array<int32_t>(3, "codes");
  const auto columns = readColumns(arguments, 0, codes.size);
  arguments.expect(codes.size > 0, "Expected at least one row");
  arguments.expect(codes.size < std::numeric_limits<int32_t>::max(), "Expected fewer than 2^31 rows");
  Outcomes outcomes;
  outcomes.codes = codes.data;
  outcomes.rows = codes.size;
  outcomes.count = static_cast<int32_t>(arguments.integer(4, "outcomes", 1, std::numeric_limits<int32_t>::max() - 1));
  outcomes.ordered = arguments.flag(5, "ordered");
  outcomes.zeroApart = arguments.flag(6, "zeroApart");
  TreeSettings settings;
  const Napi::Array folds = arguments.list(7, "folds");
  for (uint32_t i = 0; i < folds.Length(); i++)
    settings.folds.push_back(heldRows(arguments, arguments.arrayIn<uint32_t>(folds.Get(i), "a fold"), codes.size));
  settings.minLeaf = arguments.integer(8, "minLeaf", 1, std::numeric_limits<int32_t>::max());
  settings.penalty = arguments.number(9, "penalty", 0, 1000);
  settings.leakPrice = arguments.number(10, "leakPrice", 0, 1000);
  return arguments.start(11, [=](Abort abort) -> Result {
    bool any = false;
    for (int64_t row = 0; row < outcomes.rows; row++) {
      const int32_t code = outcomes.codes[row];
      if (code >= outcomes.count || code < -1)
        throw CodedError("VERISIM_NATIVE_ARGUMENT", "Expected codes below the number of outcomes");
      any = any || code >= 0;
    }
    if (!any) throw CodedError("VERISIM_NATIVE_ARGUMENT", "Expected a row with an outcome");
    checkBins(columns, outcomes.rows);
    auto tree = std::make_shared<DonorTree>(growDonorTree(columns, outcomes, settings, abort));
    return Making([tree](Napi::Env env) -> Napi::Value {
      const Napi::Object result = Napi::Object::New(env);
      result.Set("feature", copied<Napi::Int32Array>(env, tree->feature));
      result.Set("threshold", copied<Napi::Int32Array>(env, tree->threshold));
      result.Set("left", copied<Napi::Int32Array>(env, tree->left));
      result.Set("start", copied<Napi::Int32Array>(env, tree->start));
      result.Set("end", copied<Napi::Int32Array>(env, tree->end));
      result.Set("masks", copied<Napi::Uint32Array>(env, tree->masks));
      result.Set("donors", copied<Napi::Int32Array>(env, tree->donors));
      result.Set("up", copied<Napi::Float32Array>(env, tree->up));
      result.Set("classOf", copied<Napi::Uint8Array>(env, tree->classOf));
      result.Set("smoothing", Napi::Number::New(env, tree->smoothing));
      result.Set("heldScore", Napi::Number::New(env, tree->heldScore));
      result.Set("heldRoot", Napi::Number::New(env, tree->heldRoot));
      result.Set("worth", Napi::Number::New(env, tree->worth));
      return result;
    });
  });
}

// boostClasses(bins, counts, nominal, classOf, classes, held, depth, maxTrees, learningRate, toBeat, leakPrice, seed, abort?) -> boosted
Napi::Value boost(Info info) {
  Arguments arguments(info);
  const auto classOf = arguments.array<int32_t>(3, "classOf");
  const auto columns = readColumns(arguments, 0, classOf.size);
  const auto classes = static_cast<int>(arguments.integer(4, "classes", 2, 64));
  BoostSettings settings;
  settings.held = heldRows(arguments, arguments.array<uint32_t>(5, "held"), classOf.size);
  settings.depth = static_cast<int>(arguments.integer(6, "depth", 1, 8));
  settings.maxTrees = static_cast<int>(arguments.integer(7, "maxTrees", 0, 100'000));
  settings.learningRate = arguments.number(8, "learningRate", 1e-6, 1);
  settings.toBeat = arguments.number(9, "toBeat", -1e300, 1e300);
  settings.leakPrice = arguments.number(10, "leakPrice", 0, 1000);
  settings.seed = static_cast<uint64_t>(arguments.integer(11, "seed", 0, (int64_t{1} << 53) - 1));
  return arguments.start(12, [=](Abort abort) -> Result {
    const std::vector<int32_t> own(classOf.data, classOf.data + classOf.size);
    for (const int32_t k : own)
      if (k < -1 || k >= classes) throw CodedError("VERISIM_NATIVE_ARGUMENT", "Expected classes below their number");
    checkBins(columns, classOf.size);
    auto boosted = std::make_shared<BoostedClasses>(boostClasses(columns, own, classes, settings, abort));
    return Making([boosted](Napi::Env env) -> Napi::Value {
      const Napi::Object result = Napi::Object::New(env);
      result.Set("classes", Napi::Number::New(env, boosted->classes));
      result.Set("depth", Napi::Number::New(env, boosted->depth));
      result.Set("start", copied<Napi::Float32Array>(env, boosted->start));
      result.Set("feature", copied<Napi::Int32Array>(env, boosted->feature));
      result.Set("threshold", copied<Napi::Uint8Array>(env, boosted->threshold));
      result.Set("leaves", copied<Napi::Float32Array>(env, boosted->leaves));
      result.Set("order", copied<Napi::Uint8Array>(env, boosted->order));
      result.Set("heldScore", Napi::Number::New(env, boosted->heldScore));
      result.Set("worth", Napi::Number::New(env, boosted->worth));
      return result;
    });
  });
}

// makeChain(columns) -> chain
Napi::Value makeChain(Info info) {
  Arguments arguments(info);
  const Napi::Array list = arguments.list(0, "columns");
  auto chain = std::make_shared<Chain>();
  for (uint32_t c = 0; c < list.Length(); c++) {
    const Napi::Value entry = list.Get(c);
    arguments.expect(entry.IsObject(), "Expected an object per column");
    chain->columns.push_back(readChainColumn(arguments, entry.As<Napi::Object>(), chain->columns));
  }
  return wrapShared<const Chain>(info.Env(), chain, chainTag);
}

// drawChain(chain, keys, choices, rowStart, rowCount, rows?, allowed, tries, threads, codes, values, forced?, weights?, abort?)
Napi::Value draw(Info info) {
  Arguments arguments(info);
  const auto chain = unwrapShared<const Chain>(info[0], chainTag);
  arguments.expect(static_cast<bool>(chain), "Expected a chain");
  const size_t width = chain->columns.size();
  auto request = std::make_shared<ChainRequest>();
  auto outputs = std::make_shared<ChainOutputs>();
  const auto keys = arguments.array<uint32_t>(1, "keys");
  arguments.expect(keys.size == static_cast<int64_t>(2 * width), "Expected a key per column");
  for (size_t c = 0; c < width; c++) request->keys.push_back({keys.data[2 * c], keys.data[2 * c + 1]});
  const auto choices = arguments.array<uint32_t>(2, "choices");
  arguments.expect(choices.size == 2, "Expected two words for choices");
  request->choices = {choices.data[0], choices.data[1]};
  request->rowStart = static_cast<uint64_t>(arguments.integer(3, "rowStart", 0, (int64_t{1} << 53) - 1));
  request->rowCount = arguments.integer(4, "rowCount", 0, std::numeric_limits<int32_t>::max());
  if (!arguments.isUndefined(5)) {
    const auto rows = arguments.array<int32_t>(5, "rows");
    arguments.expect(rows.size > 0, "Expected rows to draw");
    for (int64_t i = 0; i < rows.size; i++)
      arguments.expect(rows.data[i] >= 0 && rows.data[i] < request->rowCount, "Expected rows of the stretch");
    request->rows.assign(rows.data, rows.data + rows.size);
  }
  const Napi::Array allowed = arguments.list(6, "allowed");
  for (uint32_t a = 0; a < allowed.Length(); a++) {
    const Napi::Value entry = allowed.Get(a);
    arguments.expect(entry.IsObject(), "Expected an object per allowed column");
    request->allowed.push_back(readAllowed(arguments, entry.As<Napi::Object>(), *chain));
  }
  request->tries = arguments.integer(7, "tries", 1, 1'000'000);
  request->threads = static_cast<int>(arguments.integer(8, "threads", 1, 256));
  const Napi::Array codes = arguments.list(9, "codes");
  const Napi::Array values = arguments.list(10, "values");
  arguments.expect(codes.Length() == width && values.Length() == width, "Expected an output per column");
  for (uint32_t c = 0; c < width; c++) {
    outputs->codes.push_back(nullptr);
    outputs->values.push_back(nullptr);
    int64_t size = 0;
    if (chain->columns[c].isNumber()) {
      const auto out = arguments.arrayIn<double>(values.Get(c), "values");
      outputs->values[c] = out.data;
      size = out.size;
    } else {
      const auto out = arguments.arrayIn<int32_t>(codes.Get(c), "codes");
      outputs->codes[c] = out.data;
      size = out.size;
    }
    arguments.expect(size == request->rowCount, "Expected room for one cell per row");
  }
  uint8_t* forced = nullptr;
  if (!arguments.isUndefined(11)) {
    const auto flags = arguments.array<uint8_t>(11, "forced");
    arguments.expect(flags.size == request->rowCount, "Expected room for one flag per row");
    forced = flags.data;
  }
  double* weights = nullptr;
  if (!arguments.isUndefined(12)) {
    const auto out = arguments.array<double>(12, "weights");
    arguments.expect(out.size == request->rowCount, "Expected room for one weight per row");
    weights = out.data;
  }
  return arguments.start(13, [=](Abort abort) -> Result {
    drawChain(*chain, *request, *outputs, forced, weights, abort);
    return 0.0;
  });
}

}  // namespace

void addChain(Napi::Env env, Napi::Object exports) {
  const auto add = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("growDonorTree", &growTree);
  add("boostClasses", &boost);
  add("makeChain", &makeChain);
  add("drawChain", &draw);
}

}  // namespace verisim
