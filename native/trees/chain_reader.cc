// Reads chains and conditions from JavaScript objects.
#include "chain_reader.h"

#include <cmath>

namespace verisim {
namespace {

template <class T>
std::vector<T> copyOf(Arguments& arguments, const Napi::Value& value, const char* name) {
  const Span<T> span = arguments.arrayIn<T>(value, name);
  return {span.data, span.data + span.size};
}

/// Reads a chain and checks that nothing in it leads out of its lists.
class ChainReader {
 public:
  explicit ChainReader(Arguments& arguments) : arguments_(arguments) {}

  /// @param before the columns before it
  ChainColumn column(const Napi::Object& entry, const std::vector<ChainColumn>& before) {
    const auto place = static_cast<int32_t>(before.size());
    ChainColumn column;
    column.binOf = copyOf<uint8_t>(arguments_, entry.Get("binOf"), "binOf");
    const auto outcomes = static_cast<int64_t>(column.binOf.size());
    arguments_.expect(outcomes > 0, "Expected an outcome per column");
    if (!entry.Get("low").IsUndefined()) {
      column.low = copyOf<double>(arguments_, entry.Get("low"), "low");
      column.high = copyOf<double>(arguments_, entry.Get("high"), "high");
      arguments_.expect(static_cast<int64_t>(column.low.size()) == outcomes &&
                            static_cast<int64_t>(column.high.size()) == outcomes,
                        "Expected a stretch per outcome");
    }
    if (!entry.Get("edges").IsUndefined()) column.edges = edges(entry, column);
    const std::vector<int32_t> uses = copyOf<int32_t>(arguments_, entry.Get("uses"), "uses");
    for (const int32_t use : uses) arguments_.expect(use >= 0 && use < place, "Expected columns before their own for uses");
    if (!entry.Get("lookup").IsUndefined()) {
      arguments_.expect(uses.size() == 1 && column.low.empty(), "Expected one column that decides another of categories");
      const ChainColumn& decider = before[static_cast<size_t>(uses[0])];
      column.decider = uses[0];
      column.lookup = copyOf<int32_t>(arguments_, entry.Get("lookup"), "lookup");
      arguments_.expect(!decider.isNumber() && column.lookup.size() == decider.binOf.size(),
                        "Expected an outcome per category of the column that decides another");
      for (const int32_t code : column.lookup)
        arguments_.expect(code >= 0 && code < outcomes, "Expected outcomes of the column");
      return column;
    }
    if (!entry.Get("weights").IsUndefined()) {
      column.guess = guess(entry, uses, outcomes, before);
      return column;
    }
    if (!entry.Get("guessed").IsUndefined()) {
      arguments_.expect(uses.size() == 2 && uses[1] == place - 1 && !column.edges.empty(),
                        "Expected a guess and a residual just before the number that has a score of its own");
      column.guessed = uses[0];
      column.residual = uses[1];
      const ChainColumn& residual = before[static_cast<size_t>(uses[1])];
      arguments_.expect(before[static_cast<size_t>(uses[0])].guess && residual.isNumber() && !residual.nodes.empty(),
                        "Expected a guess, and a residual drawn from a tree");
      arguments_.expect(residual.firstNumber() <= column.firstNumber(), "Expected a missing cell where the residual has one");
      return column;
    }
    if (!entry.Get("boosted").IsUndefined()) {
      arguments_.expect(entry.Get("boosted").IsObject(), "Expected an object for boosted");
      column.boosted = boosted(entry.Get("boosted").As<Napi::Object>(), uses.size());
      column.boostedColumns = uses;
      column.boostedOutcomes = copyOf<int32_t>(arguments_, entry.Get("outcomes"), "outcomes");
      arguments_.expect(static_cast<int>(column.boostedOutcomes.size()) == column.boosted->classes,
                        "Expected an outcome per class");
      for (const int32_t code : column.boostedOutcomes)
        arguments_.expect(code >= 0 && code < outcomes, "Expected outcomes of the column");
      return column;
    }
    readTree(entry, uses, column);
    return column;
  }

 private:
  std::vector<double> edges(const Napi::Object& entry, const ChainColumn& column) {
    std::vector<double> edges = copyOf<double>(arguments_, entry.Get("edges"), "edges");
    arguments_.expect(column.isNumber(), "Expected a number where there are scores");
    const auto numbers = column.low.size() - static_cast<size_t>(column.firstNumber());
    arguments_.expect(numbers > 0 && edges.size() == numbers + 1, "Expected scores between all outcomes");
    expectRising(edges);
    return edges;
  }

  std::shared_ptr<const ChainGuess> guess(const Napi::Object& entry, const std::vector<int32_t>& uses, int64_t outcomes,
                                          const std::vector<ChainColumn>& before) {
    auto guess = std::make_shared<ChainGuess>();
    guess->places = uses;
    guess->weights = copyOf<double>(arguments_, entry.Get("weights"), "weights");
    guess->limits = copyOf<double>(arguments_, entry.Get("limits"), "limits");
    guess->start = entry.Get("start").ToNumber().DoubleValue();
    arguments_.expect(guess->weights.size() == uses.size(), "Expected a weight per column that a guess looks at");
    for (const int32_t use : uses)
      arguments_.expect(!before[static_cast<size_t>(use)].edges.empty(), "Expected guesses from numbers that have scores");
    for (const double weight : guess->weights) arguments_.expect(std::abs(weight) < 1e12, "Expected finite weights");
    arguments_.expect(std::abs(guess->start) < 1e12, "Expected a finite start");
    arguments_.expect(static_cast<int64_t>(guess->limits.size()) + 1 == outcomes, "Expected a limit between outcomes of a guess");
    expectRising(guess->limits);
    return guess;
  }

  void expectRising(const std::vector<double>& list) {
    for (size_t i = 0; i < list.size(); i++)
      arguments_.expect(std::isfinite(list[i]) && (i == 0 || list[i] >= list[i - 1]), "Expected finite numbers in rising order");
  }

  void readTree(const Napi::Object& entry, const std::vector<int32_t>& uses, ChainColumn& column) {
    const auto feature = arguments_.arrayIn<int32_t>(entry.Get("feature"), "feature");
    const auto threshold = arguments_.arrayIn<int32_t>(entry.Get("threshold"), "threshold");
    const auto left = arguments_.arrayIn<int32_t>(entry.Get("left"), "left");
    const auto start = arguments_.arrayIn<int32_t>(entry.Get("start"), "start");
    const auto end = arguments_.arrayIn<int32_t>(entry.Get("end"), "end");
    column.masks = copyOf<uint32_t>(arguments_, entry.Get("masks"), "masks");
    column.donors = copyOf<int32_t>(arguments_, entry.Get("donors"), "donors");
    const auto up = arguments_.arrayIn<float>(entry.Get("up"), "up");
    const int64_t nodes = feature.size;
    arguments_.expect(nodes > 0 && threshold.size == nodes && left.size == nodes && start.size == nodes && end.size == nodes &&
                          up.size == nodes,
                      "Expected as many entries in every list of nodes");
    const auto donors = static_cast<int64_t>(column.donors.size());
    for (const int32_t code : column.donors)
      arguments_.expect(code >= 0 && code < static_cast<int64_t>(column.binOf.size()), "Expected outcomes for donors");
    const auto masks = static_cast<int64_t>(column.masks.size() / 8);
    column.nodes.resize(static_cast<size_t>(nodes));
    for (int64_t n = 0; n < nodes; n++) {
      ChainNode& node = column.nodes[static_cast<size_t>(n)];
      node.start = start.data[n];
      node.end = end.data[n];
      node.up = up.data[n];
      arguments_.expect(node.up >= 0 && node.up < 1, "Expected probabilities below 1");
      arguments_.expect(node.start >= 0 && node.start < node.end && node.end <= donors, "Expected donors in every node");
      if (feature.data[n] < 0) continue;
      arguments_.expect(feature.data[n] < static_cast<int64_t>(uses.size()), "Expected splits on columns in use");
      node.column = uses[static_cast<size_t>(feature.data[n])];
      node.threshold = threshold.data[n];
      arguments_.expect(node.threshold >= 0 || -1 - static_cast<int64_t>(node.threshold) < masks, "Expected a mask per split");
      node.left = left.data[n];
      // Children come after their parents, so that every walk ends.
      arguments_.expect(node.left > n && node.left + int64_t{1} < nodes, "Expected children after their parents");
      column.nodes[static_cast<size_t>(node.left)].parent = static_cast<int32_t>(n);
      column.nodes[static_cast<size_t>(node.left) + 1].parent = static_cast<int32_t>(n);
    }
  }

  std::shared_ptr<const BoostedClasses> boosted(const Napi::Object& entry, size_t columns) {
    auto model = std::make_shared<BoostedClasses>();
    const double classes = entry.Get("classes").ToNumber().DoubleValue();
    const double depth = entry.Get("depth").ToNumber().DoubleValue();
    arguments_.expect(classes >= 2 && classes <= 64 && classes == std::floor(classes), "Expected 2 to 64 classes");
    arguments_.expect(depth >= 1 && depth <= 8 && depth == std::floor(depth), "Expected a depth of 1 to 8");
    model->classes = static_cast<int>(classes);
    model->depth = static_cast<int>(depth);
    model->start = copyOf<float>(arguments_, entry.Get("start"), "start");
    model->feature = copyOf<int32_t>(arguments_, entry.Get("feature"), "feature");
    model->threshold = copyOf<uint8_t>(arguments_, entry.Get("threshold"), "threshold");
    model->leaves = copyOf<float>(arguments_, entry.Get("leaves"), "leaves");
    model->order = copyOf<uint8_t>(arguments_, entry.Get("order"), "order");
    const auto outputs = static_cast<size_t>(model->outputs());
    const auto trees = static_cast<size_t>(model->trees());
    arguments_.expect(model->start.size() == outputs, "Expected a start per output");
    arguments_.expect(model->feature.size() == trees * static_cast<size_t>(model->depth) &&
                          model->threshold.size() == model->feature.size(),
                      "Expected a split per level");
    arguments_.expect(model->leaves.size() == trees * (size_t{1} << model->depth) * outputs, "Expected scores per leaf");
    arguments_.expect(model->order.size() == columns * 256, "Expected a place per bin");
    for (const int32_t f : model->feature)
      arguments_.expect(f >= 0 && static_cast<size_t>(f) < columns, "Expected splits on columns in use");
    for (const std::vector<float>* const list : {&model->start, &model->leaves})
      for (const float value : *list) arguments_.expect(std::abs(value) < 1e6f, "Expected scores below a million");
    model->fillUp();
    return model;
  }

  Arguments& arguments_;
};

}  // namespace

ChainColumn readChainColumn(Arguments& arguments, const Napi::Object& entry, const std::vector<ChainColumn>& before) {
  return ChainReader(arguments).column(entry, before);
}

AllowedOutcomes readAllowed(Arguments& arguments, const Napi::Object& entry, const Chain& chain) {
  AllowedOutcomes allowed;
  const double place = entry.Get("column").ToNumber().DoubleValue();
  arguments.expect(place >= 0 && place < static_cast<double>(chain.columns.size()), "Expected a column of the chain");
  allowed.column = static_cast<int32_t>(place);
  const ChainColumn& column = chain.columns[static_cast<size_t>(allowed.column)];
  arguments.expect(column.decider < 0 && !column.guess, "Expected a column that no other one decides");
  allowed.share = copyOf<double>(arguments, entry.Get("share"), "share");
  arguments.expect(allowed.share.size() == column.binOf.size(), "Expected a share per outcome");
  bool any = false;
  for (const double share : allowed.share) {
    arguments.expect(share >= 0 && share <= 1, "Expected shares of 0 to 1");
    any = any || share > 0;
  }
  arguments.expect(any, "Expected something that is allowed");
  if (!column.isNumber()) return allowed;
  allowed.first = copyOf<int32_t>(arguments, entry.Get("first"), "first");
  allowed.low = copyOf<double>(arguments, entry.Get("low"), "low");
  allowed.high = copyOf<double>(arguments, entry.Get("high"), "high");
  arguments.expect(allowed.first.size() == column.binOf.size() + 1 && allowed.first.front() == 0 &&
                       allowed.first.back() == static_cast<int64_t>(allowed.low.size()) &&
                       allowed.low.size() == allowed.high.size(),
                   "Expected parts per outcome");
  for (size_t c = 0; c + 1 < allowed.first.size(); c++)
    arguments.expect(allowed.first[c] <= allowed.first[c + 1], "Expected parts in order");
  return allowed;
}

}  // namespace verisim
