// The kernels `adam`, `sgd` and `ema`: one pass over all parameters at once, bound by memory. All parameters together
// are cut into pieces of a fixed length, so that many small ones cost no more than one large one.
#include <cmath>
#include <utility>
#include <vector>

#include "cpu/isa.h"
#include "kernels.h"
#include "old_glibc.h"
#include "work.h"

namespace verisim {
namespace {

/// A piece of one parameter: p (or the target of ema), g (or its source), m (or velocity), v.
struct Stretch {
  float* p;
  const float* g;
  float *m, *v;
  int64_t count;
};

struct AdamStep {
  float beta1, beta2;
  float rate;     // over 1 - beta1^t
  float scale;    // 1 / sqrt(1 - beta2^t)
  float epsilon;
  float pull;     // weight decay that joins the gradient
  float shrink;   // rate times weight decay, of p alone (AdamW)
};

struct SgdStep {
  float rate, momentum, pull;
  bool nesterov;
};

struct UpdateKernels {
  void (*adam)(const Stretch& stretch, const AdamStep& step);
  void (*sgd)(const Stretch& stretch, const SgdStep& step);
  void (*ema)(const Stretch& stretch, float decay);
};

}  // namespace
}  // namespace verisim

#define VERISIM_KERNELS "program/updates_kernels.h"
#include "cpu/each_isa.h"

namespace verisim {
namespace {

constexpr int64_t tileLength = 16384;

/// Every parameter, cut into stretches, and stretches gathered into tiles of about tileLength numbers.
class Parameters {
 public:
  void add(Stretch whole) {
    for (int64_t at = 0; at < whole.count; at += tileLength) {
      const int64_t count = std::min(tileLength, whole.count - at);
      if (tiles_.empty() || inTile_ + count > tileLength) {
        tiles_.push_back(stretches_.size());
        inTile_ = 0;
      }
      inTile_ += count;
      const auto from = [at](auto* p) { return p == nullptr ? nullptr : p + at; };
      stretches_.push_back({from(whole.p), from(whole.g), from(whole.m), from(whole.v), count});
    }
    total_ += whole.count;
  }

  template <class Body>
  void each(Job& job, Body&& body) const {
    Job sized = sizedJob(job, static_cast<double>(total_) * 0.7);
    sized.run(static_cast<int64_t>(tiles_.size()), [&](int64_t tile, int) {
      const size_t index = static_cast<size_t>(tile);
      const size_t end = index + 1 < tiles_.size() ? tiles_[index + 1] : stretches_.size();
      for (size_t i = tiles_[index]; i < end; i++) body(stretches_[i]);
    });
  }

 private:
  std::vector<Stretch> stretches_;
  std::vector<size_t> tiles_;  // the first stretch of each
  int64_t inTile_ = 0, total_ = 0;
};

float* sameLength(Reader& in, const Operand& operand, int64_t length) {
  in.expect(operand.length == length, "Expected the arrays of a parameter to be of one length");
  return operand.f32();
}

}  // namespace

Step bindAdam(const Instruction& instruction) {
  Reader in("adam", instruction);
  const int64_t count = in.integer("parameters");
  const bool decoupled = in.flag("decoupled");
  const float beta1 = in.number(), beta2 = in.number(), epsilon = in.number(), weightDecay = in.number();
  const float* const t = in.input(DType::f32, 1).f32();
  const float* const rate = in.input(DType::f32, 1).f32();
  Parameters parameters;
  for (int64_t i = 0; i < count; i++) {
    const Operand& p = in.output(DType::f32, 0);
    const float* const g = sameLength(in, in.input(DType::f32, p.length), p.length);
    float* const m = sameLength(in, in.output(DType::f32, p.length), p.length);
    parameters.add({p.f32(), g, m, sameLength(in, in.output(DType::f32, p.length), p.length), p.length});
  }
  in.end();
  const UpdateKernels& kernels = VERISIM_PICK(updateKernels);
  return [=, &kernels, parameters = std::move(parameters)](Job& job, const RunState&) {
    const double steps = *t, speed = *rate;
    AdamStep step;
    step.beta1 = beta1, step.beta2 = beta2, step.epsilon = epsilon;
    step.rate = static_cast<float>(speed / (1 - std::pow(static_cast<double>(beta1), steps)));
    step.scale = static_cast<float>(1 / std::sqrt(1 - std::pow(static_cast<double>(beta2), steps)));
    step.pull = decoupled ? 0 : weightDecay;
    step.shrink = decoupled ? static_cast<float>(speed * static_cast<double>(weightDecay)) : 0;
    parameters.each(job, [&](const Stretch& stretch) { kernels.adam(stretch, step); });
  };
}

Step bindSgd(const Instruction& instruction) {
  Reader in("sgd", instruction);
  const int64_t count = in.integer("parameters");
  SgdStep step = {};
  step.nesterov = in.flag("nesterov");
  step.momentum = in.number();
  step.pull = in.number();
  const float* const rate = in.input(DType::f32, 1).f32();
  Parameters parameters;
  for (int64_t i = 0; i < count; i++) {
    const Operand& p = in.output(DType::f32, 0);
    const float* const g = sameLength(in, in.input(DType::f32, p.length), p.length);
    parameters.add({p.f32(), g, sameLength(in, in.output(DType::f32, p.length), p.length), nullptr, p.length});
  }
  in.end();
  const UpdateKernels& kernels = VERISIM_PICK(updateKernels);
  return [=, &kernels, parameters = std::move(parameters)](Job& job, const RunState&) {
    SgdStep now = step;
    now.rate = *rate;
    parameters.each(job, [&](const Stretch& stretch) { kernels.sgd(stretch, now); });
  };
}

Step bindEma(const Instruction& instruction) {
  Reader in("ema", instruction);
  const int64_t count = in.integer("parameters");
  const float decay = in.number();
  Parameters parameters;
  for (int64_t i = 0; i < count; i++) {
    const Operand& target = in.output(DType::f32, 0);
    const float* const source = sameLength(in, in.input(DType::f32, target.length), target.length);
    parameters.add({target.f32(), source, nullptr, nullptr, target.length});
  }
  in.end();
  const UpdateKernels& kernels = VERISIM_PICK(updateKernels);
  return [=, &kernels, parameters = std::move(parameters)](Job& job, const RunState&) {
    parameters.each(job, [&](const Stretch& stretch) { kernels.ema(stretch, decay); });
  };
}

}  // namespace verisim
