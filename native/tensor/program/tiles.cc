// Runs groups of pointwise ops tile by tile (tile_plan.h).
#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>

#include "cpu/isa.h"
#include "kernels.h"
#include "tile_plan.h"

#define VERISIM_KERNELS "program/tile_kernels.h"
#include "cpu/each_isa.h"

namespace verisim {
namespace {

constexpr float lowest = -std::numeric_limits<float>::infinity();

int64_t roundToLines(int64_t words) { return (words + lineWords - 1) / lineWords * lineWords; }

void fill(float* out, float value, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = value;
}

/// Short runs are not worth a call.
void copyWords(float* to, const float* from, int64_t n) {
  if (n > 32) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(float));
  } else {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
  }
}

/// `run(done, offset, length)` for every stretch of indices [begin, begin + n) along the layout's last dim.
template <class Run>
void eachRun(const Layout& layout, int64_t begin, int64_t n, Run&& run) {
  const int last = layout.rank - 1;
  int64_t at[maxRank], offset = 0;
  for (int d = last; d > 0; d--) {
    const int64_t outer = begin / layout.dims[d];
    at[d] = begin - outer * layout.dims[d];
    begin = outer;
    offset += at[d] * layout.strides[d];
  }
  at[0] = begin;
  offset += begin * layout.strides[0];
  for (int64_t done = 0;;) {
    const int64_t length = std::min(n - done, layout.dims[last] - at[last]);
    run(done, offset, length);
    done += length;
    if (done >= n) return;
    offset -= at[last] * layout.strides[last];
    at[last] = 0;
    for (int d = last - 1; d >= 0; d--) {
      offset += layout.strides[d];
      if (++at[d] < layout.dims[d]) break;
      offset -= at[d] * layout.strides[d];
      at[d] = 0;
    }
  }
}

/// A tile of an operand that does not lie flat, into a register.
void loadTile(const Layout& layout, const float* from, int64_t begin, int64_t n, float* to) {
  const int64_t stride = layout.strides[layout.rank - 1];
  eachRun(layout, begin, n, [&](int64_t done, int64_t offset, int64_t length) {
    const float* p = from + offset;
    float* q = to + done;
    if (stride == 1) {
      copyWords(q, p, length);
    } else if (stride == 0) {
      fill(q, *p, length);
    } else {
      for (int64_t i = 0; i < length; i++) q[i] = p[i * stride];
    }
  });
}

void storeTile(const Layout& layout, float* to, int64_t begin, int64_t n, const float* from) {
  const int64_t stride = layout.strides[layout.rank - 1];
  eachRun(layout, begin, n, [&](int64_t done, int64_t offset, int64_t length) {
    float* p = to + offset;
    const float* q = from + done;
    if (stride == 1) {
      copyWords(p, q, length);
    } else {
      for (int64_t i = 0; i < length; i++) p[i * stride] = q[i];
    }
  });
}

/// The stretch of tiles that one thread does at a time, with its registers.
class Task {
 public:
  explicit Task(TilePlan& plan) : plan_(plan), group_(plan.group) {
    const int64_t words = plan.frameWords(), addresses = plan.addressCount();
    float* frame = near_;
    at_ = nearAt_;
    if (words > nearWords || addresses > nearAddresses) {
      far_ = std::make_unique<Scratch<float>>(static_cast<size_t>(words));
      farAt_ = std::make_unique<float*[]>(static_cast<size_t>(addresses));
      frame = far_->data();
      at_ = farAt_.get();
    }
    for (size_t i = 0; i < group_.inputs.size(); i++, frame += lineWords) at_[i] = frame;
    const auto firstConstant = group_.inputs.size();
    for (size_t c = 0; c < group_.constants.size(); c++)
      at_[firstConstant + c] = plan.constants.data() + c * static_cast<size_t>(lineWords);
    const auto firstRegister = static_cast<size_t>(group_.firstOp()) + group_.outputs.size();
    for (size_t r = 0; r < static_cast<size_t>(plan.registers); r++, frame += plan.registerWords)
      at_[firstRegister + r] = frame;
    for (const int32_t i : plan.scalars) fill(at_[i], *inputAt(i), lineWords);
    for (const int32_t i : plan.panels) {
      at_[i] = frame;
      loadTile(plan.inputLayouts[static_cast<size_t>(i)], inputAt(i), 0, plan.tileRows * plan.tileCols, frame);
      frame += plan.registerWords;
    }
  }

  /// Returns early once the run is to stop.
  void run(int64_t task, const Job& job) {
    const int64_t parts = (plan_.chunks + plan_.taskChunks - 1) / plan_.taskChunks;
    block_ = task / parts;
    const int64_t firstChunk = task % parts * plan_.taskChunks;
    const int64_t rowBegin = block_ * plan_.taskRows, rowEnd = std::min(group_.rows, rowBegin + plan_.taskRows);
    for (chunk_ = firstChunk; chunk_ < std::min(plan_.chunks, firstChunk + plan_.taskChunks); chunk_++) {
      const int64_t col = chunk_ * plan_.tileCols, cols = std::min(plan_.tileCols, group_.cols - col);
      for (size_t o = 0; o < group_.outputs.size(); o++)
        if (overRows(group_.outputs[o].mode))
          fill(columnsOf(o, col), isSum(group_.outputs[o].mode) ? 0 : lowest, roundToLines(cols));
      for (int64_t row = rowBegin; row < rowEnd; row += plan_.tileRows) {
        if (job.abort != nullptr && job.abort->load(std::memory_order_relaxed)) return;
        tile(row, std::min(plan_.tileRows, rowEnd - row), col, cols);
      }
    }
  }

 private:
  static constexpr int64_t nearWords = 8192, nearAddresses = 64;

  const float* inputAt(int32_t i) const { return group_.inputs[static_cast<size_t>(i)].operand.f32(); }
  float* columnsOf(size_t o, int64_t col) const { return plan_.partials[o].data() + block_ * plan_.paddedCols + col; }

  /// Only the last words of a tile that is no whole number of lines need copies, where the rest can go before them.
  void tile(int64_t row, int64_t rows, int64_t col, int64_t cols) {
    const int64_t begin = row * group_.cols + col, n = rows * cols, rest = n % lineWords;
    if (rest == 0) return stretch(plan_.whole, begin, n, row, rows, col, cols);
    if (!plan_.tailsApart || n < lineWords) return stretch(plan_.ragged, begin, n, row, rows, col, cols);
    stretch(plan_.whole, begin, n - rest, row, rows, col, cols - rest);
    for (const int32_t i : plan_.panels) at_[i] += n - rest;
    stretch(plan_.ragged, begin + n - rest, rest, row, rows, col + cols - rest, rest);
    for (const int32_t i : plan_.panels) at_[i] -= n - rest;
  }

  /// Indices [begin, begin + n); rows and columns matter to reductions alone.
  void stretch(const TileVariant& variant, int64_t begin, int64_t n, int64_t row, int64_t rows, int64_t col, int64_t cols) {
    for (const int32_t i : variant.inputsInPlace)
      at_[i] = group_.inputs[static_cast<size_t>(i)].operand.f32() +
               plan_.inputLayouts[static_cast<size_t>(i)].offsetOf(begin);
    for (const int32_t o : variant.outputsInPlace)
      at_[group_.firstOp() + o] = group_.outputs[static_cast<size_t>(o)].operand.f32() +
                                  plan_.outputLayouts[static_cast<size_t>(o)].offsetOf(begin);
    for (const int32_t i : variant.splats)
      fill(at_[i], inputAt(i)[plan_.inputLayouts[static_cast<size_t>(i)].offsetOf(begin)], lineWords);
    for (const TileAction& action : variant.actions) {
      const auto operand = static_cast<size_t>(action.operand);
      switch (action.kind) {
        case TileAction::compute:
          action.op.loop(action.op, at_, n);
          break;
        case TileAction::load:
          loadTile(plan_.inputLayouts[operand], group_.inputs[operand].operand.f32(), begin, n, at_[action.op.out]);
          break;
        case TileAction::store:
          storeTile(plan_.outputLayouts[operand], group_.outputs[operand].operand.f32(), begin, n, at_[action.op.in[0]]);
          break;
        case TileAction::reduce:
          reduce(operand, at_[action.op.in[0]], row, rows, col, cols);
          break;
      }
    }
  }

  void reduce(size_t o, const float* x, int64_t row, int64_t rows, int64_t col, int64_t cols) {
    const Group::Output& output = group_.outputs[o];
    if (overRows(output.mode)) {
      const auto add = output.mode == Mode::colSum ? plan_.kernels->colSums : plan_.kernels->colMaxima;
      return add(x, rows, cols, columnsOf(o, col));
    }
    const auto put = output.mode == Mode::rowSum ? plan_.kernels->rowSums : plan_.kernels->rowMaxima;
    std::vector<float>& partial = plan_.partials[o];
    if (partial.empty())
      put(x, rows, cols, output.operand.f32() + row, 1);
    else
      put(x, rows, cols, partial.data() + row * plan_.chunks + chunk_, plan_.chunks);
  }

  TilePlan& plan_;
  const Group& group_;
  float** at_;
  int64_t block_ = 0, chunk_ = 0;
  std::unique_ptr<Scratch<float>> far_;
  std::unique_ptr<float*[]> farAt_;
  alignas(64) float near_[nearWords];  // not cleared
  float* nearAt_[nearAddresses];
};

/// The partial results of one number, in order; sums in doubles.
float joined(bool sum, const float* x, int64_t count, int64_t step) {
  if (count == 1) return *x;
  double total = sum ? 0 : lowest;
  for (int64_t i = 0; i < count; i++) {
    const double next = x[i * step];
    if (sum)
      total += next;
    else if (next > total || next != next)
      total = next;
    else if (total != total)
      break;
  }
  return static_cast<float>(total);
}

void joinPartials(TilePlan& plan) {
  const Group& group = plan.group;
  const int64_t blocks = (group.rows + plan.taskRows - 1) / plan.taskRows;
  for (size_t o = 0; o < group.outputs.size(); o++) {
    const Group::Output& output = group.outputs[o];
    const float* from = plan.partials[o].data();
    if (plan.partials[o].empty()) continue;
    float* out = output.operand.f32();
    const bool sum = isSum(output.mode);
    if (overCols(output.mode)) {
      for (int64_t r = 0; r < group.rows; r++) out[r] = joined(sum, from + r * plan.chunks, plan.chunks, 1);
    } else {
      for (int64_t c = 0; c < group.cols; c++) out[c] = joined(sum, from + c, blocks, plan.paddedCols);
    }
  }
}

void runPlan(TilePlan& plan, Job& job) {
  if (plan.worthThreads && job.threads > 1) {
    job.run(plan.taskCount, [&](int64_t task, int) { Task(plan).run(task, job); });
  } else {
    Task task(plan);
    for (int64_t i = 0; i < plan.taskCount; i++) {
      job.check();
      task.run(i, job);
    }
  }
  job.check();
  joinPartials(plan);
}

/// Over no indices: sums are 0, maxima -infinity.
Step bindEmpty(const Group& group) {
  return [group](Job&, const RunState&) {
    for (const Group::Output& output : group.outputs)
      if (output.mode != Mode::every)
        fill(output.operand.f32(), isSum(output.mode) ? 0 : lowest, overRows(output.mode) ? group.cols : group.rows);
  };
}

}  // namespace

Step bindFused(const Instruction& instruction) {
  Group group = decodeGroup(instruction);
  if (group.empty()) return bindEmpty(group);
  const auto plan = std::make_shared<TilePlan>(std::move(group), VERISIM_PICK(tileKernels));
  return [plan](Job& job, const RunState&) { runPlan(*plan, job); };
}

}  // namespace verisim
