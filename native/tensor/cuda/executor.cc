// The device "cuda": a program's arena and slots are device memory at fixed addresses, an entry is a captured graph, and
// outputs gather in a ring on the device that is copied back every few steps.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include "graph.h"
#include "images.h"
#include "program/coded_error.h"
#include "program/executor.h"
#include "texts.h"

namespace verisim {
namespace cuda {
namespace {

constexpr int64_t mostRingSteps = 64, mostRingWords = 1 << 20;

struct Output {
  Address value, ring;
  int64_t words;
};

struct BoundEntry {
  std::vector<Work> work;
  std::vector<Output> outputs;
  int64_t ringSteps = mostRingSteps;
  std::unique_ptr<StepGraph> graph;  // made when the entry first runs
};

bool wantsWritten() {
  const char* const given = std::getenv("VERISIM_CUDA_FUSED");
  return given == nullptr || std::string(given) != "interpreted";
}

class CudaExecutor final : public Executor {
 public:
  CudaExecutor(const Program& program, int index) : gpu_(Gpu::acquire(index)), memory_(gpu_) {
    const Turn turn = gpu_->turn();
    state_ = memory_.allocate(sizeof(device::RunState));
    blocks_.push_back(memory_.allocate(program.arenaWords * 4));
    for (const Slot& slot : program.slots) blocks_.push_back(memory_.allocate(slot.words * 4));
    for (const Entry& entry : program.entries) addOutputs(entry);
    // Written kernels where there is a compiler and it accepts the device, else the interpreter.
    if (gpu_->nvrtc() && wantsWritten()) {
      try {
        std::string text;
        lower(program, &text);
        if (!text.empty())
          own_ = std::make_unique<OwnModule>(gpu_, gpu_->nvrtc()->compile(generatedHead() + text, architecture()));
      } catch (const CodedError& error) {
        if (std::string(error.code) != "VERISIM_CUDA_COMPILE") throw;
        lower(program, nullptr);
      }
    } else {
      lower(program, nullptr);
    }
    for (BoundEntry& entry : entries_) resolve(entry.work, *gpu_, own_.get());
    synchronize();
  }

  void write(size_t slot, int64_t offset, std::span<const int32_t> words) override {
    if (words.empty()) return;
    const Turn turn = gpu_->turn();
    gpu_->check(gpu_->api().copyIn(word(slot, offset), words.data(), words.size_bytes(), gpu_->stream()), "cuMemcpyHtoDAsync");
    synchronize();
  }

  void read(size_t slot, int64_t offset, std::span<int32_t> words) override {
    if (words.empty()) return;
    const Turn turn = gpu_->turn();
    gpu_->check(gpu_->api().copyOut(words.data(), word(slot, offset), words.size_bytes(), gpu_->stream()), "cuMemcpyDtoHAsync");
    synchronize();
  }

  void run(const Run& run, Job& job) override {
    if (run.steps == 0) return;
    BoundEntry& entry = entries_[run.entry];
    device::RunState state = {{run.first.key[0], run.first.key[1]}, run.first.step, run.first.rowOffset, 0};
    for (int64_t done = 0; done < run.steps; done += entry.ringSteps) {
      const int64_t steps = std::min(entry.ringSteps, run.steps - done);
      state.step = run.first.step + static_cast<uint64_t>(done);
      {
        const Turn turn = gpu_->turn();
        turnOf(entry, state, steps, done, run.outputs);
      }
      job.check();
    }
  }

  bool quick(size_t) const override { return false; }

 private:
  /// Some steps, and the way back of their outputs.
  void turnOf(BoundEntry& entry, const device::RunState& state, int64_t steps, int64_t done,
              const std::vector<int32_t*>& arrays) const {
    if (entry.graph == nullptr) entry.graph = std::make_unique<StepGraph>(gpu_, entry.work);
    try {
      gpu_->check(gpu_->api().copyIn(state_, &state, sizeof state, gpu_->stream()), "cuMemcpyHtoDAsync");
      for (int64_t i = 0; i < steps; i++) entry.graph->replay();
      for (size_t i = 0; i < entry.outputs.size(); i++) {
        const Output& output = entry.outputs[i];
        if (output.words > 0)
          gpu_->check(gpu_->api().copyOut(arrays[i] + done * output.words, output.ring,
                                          static_cast<size_t>(steps * output.words) * 4, gpu_->stream()),
                      "cuMemcpyDtoHAsync");
      }
    } catch (...) {
      // What was started may still read the state and write to the caller's arrays.
      gpu_->api().streamSynchronize(gpu_->stream());
      throw;
    }
    synchronize();
  }

  std::string architecture() const { return "sm_" + std::to_string(gpu_->driver().capability()); }
  void synchronize() const { gpu_->check(gpu_->api().streamSynchronize(gpu_->stream()), "cuStreamSynchronize"); }
  Address word(size_t slot, int64_t offset) const { return blocks_[slot + 1] + static_cast<Address>(offset) * 4; }
  Address address(const Place& place) const {
    return blocks_[static_cast<size_t>(place.space + 1)] + static_cast<Address>(place.offset) * 4;
  }

  void addOutputs(const Entry& entry) {
    BoundEntry& bound = entries_.emplace_back();
    int64_t words = 1;
    for (const Place& place : entry.outputs) words += place.length;
    bound.ringSteps = std::clamp<int64_t>(mostRingWords / words, 1, mostRingSteps);
    for (const Place& place : entry.outputs)
      bound.outputs.push_back({address(place), memory_.allocate(place.length * bound.ringSteps * 4), place.length});
  }

  void lower(const Program& program, std::string* text) {
    Lowering lowering(memory_, state_, gpu_->blas(), text);
    for (size_t e = 0; e < entries_.size(); e++) {
      BoundEntry& bound = entries_[e];
      for (const Command& command : program.entries[e].commands) {
        std::vector<Operand> operands;
        for (const Place& place : command.operands)
          operands.push_back({reinterpret_cast<void*>(address(place)), place.length, place.dtype, place.written});
        // The CPU's kernel checks the instruction for both devices; its step is not wanted.
        bindOperands(command, operands);
        lowering.lower(command.kernel->name,
                       {operands.data(), static_cast<int32_t>(operands.size()), command.ints.data(),
                        static_cast<int32_t>(command.ints.size()), command.floats.data(),
                        static_cast<int32_t>(command.floats.size())});
      }
      for (const Output& output : bound.outputs)
        lowering.launchOver("keep_output", output.words, output.value, output.ring, state_, device::i64{output.words},
                            device::i64{output.words}, static_cast<int32_t>(bound.ringSteps));
      lowering.launch("advance", 1, 1, 1, state_);
      bound.work = lowering.take();
    }
  }

  // Given back from the last to the first.
  std::shared_ptr<Gpu> gpu_;
  Memory memory_;
  Address state_ = 0;
  std::vector<Address> blocks_;  // the arena, then the slots
  std::unique_ptr<OwnModule> own_;
  std::vector<BoundEntry> entries_;
};

class Cuda final : public Device {
 public:
  explicit Cuda(int index) : index_(index), name_(index == 0 ? "cuda" : "cuda:" + std::to_string(index)) {}
  const char* name() const override { return name_.c_str(); }
  std::string description() const override {
    try {
      return probe();
    } catch (const CodedError& error) {
      return error.what();
    }
  }
  bool available() const override {
    try {
      probe();
      return true;
    } catch (const CodedError&) {
      return false;
    }
  }
  std::unique_ptr<Executor> load(Program program) const override { return std::make_unique<CudaExecutor>(program, index_); }

 private:
  /// Throws where a program could not be loaded.
  std::string probe() const {
    const std::shared_ptr<Driver> driver = Driver::open(index_);
    std::string tried;
    const std::optional<Nvrtc> nvrtc = Nvrtc::open(tried);
    // A compiler would do, but is not asked now: it takes seconds.
    if (std::string why; !nvrtc && !shippedImage(driver->capability(), why)) familiesImage(driver->capability(), nvrtc, tried);
    return driver->description() + (nvrtc ? ", NVRTC " + nvrtc->version() : ", fused groups interpreted");
  }

  int index_;
  std::string name_;
};

}  // namespace
}  // namespace cuda

const Device& cudaDevice(int index) {
  static std::mutex mutex;
  static std::map<int, cuda::Cuda> known;
  const std::lock_guard lock(mutex);
  return known.try_emplace(index, index).first->second;
}

}  // namespace verisim
