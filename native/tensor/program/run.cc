// The CPU: every instruction is bound to a step when the program is loaded, and a run calls the steps in order.
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "../cpu/isa.h"
#include "coded_error.h"
#include "executor.h"
#include "memory.h"

namespace verisim {
namespace {

/// A step that takes less than this is not worth a trip to another thread, which costs as much.
constexpr int64_t quickNs = 50'000;

struct Result {
  const int32_t* data;
  int64_t words;
};

struct BoundEntry {
  std::vector<Step> steps;
  std::vector<Result> outputs;
  /// Nanoseconds of the fastest step so far; 0 before the first.
  int64_t fastest = 0;
  /// Nanoseconds per step of all runs, where they are measured.
  std::vector<int64_t> spent;
};

class CpuExecutor final : public Executor {
 public:
  explicit CpuExecutor(const Program& program) : begins_(layOut(program)), memory_(begins_.back()) {
    guardGaps(program);
    const auto address = [&](const Place& place) { return space(place.space) + place.offset; };
    entries_.reserve(program.entries.size());
    for (const Entry& entry : program.entries) {
      BoundEntry& bound = entries_.emplace_back();
      bound.steps.reserve(entry.commands.size());
      for (const Command& command : entry.commands) bound.steps.push_back(bindCommand(command, address));
      for (const Place& place : entry.outputs) bound.outputs.push_back({address(place), place.length});
    }
  }

  void write(size_t slot, int64_t offset, std::span<const int32_t> words) override {
    if (!words.empty()) std::memcpy(space(static_cast<int32_t>(slot)) + offset, words.data(), words.size_bytes());
  }

  void read(size_t slot, int64_t offset, std::span<int32_t> words) override {
    if (!words.empty()) std::memcpy(words.data(), space(static_cast<int32_t>(slot)) + offset, words.size_bytes());
  }

  void run(const Run& run, Job& job) override {
    BoundEntry& entry = entries_[run.entry];
    RunState state = run.first;
    const Pool::Hot hot(job.pool);
    for (int64_t done = 0; done < run.steps; done++, state.step++) {
      const auto begin = std::chrono::steady_clock::now();
      if (measures_) {
        runMeasured(entry, job, state);
      } else {
        for (const Step& step : entry.steps) {
          job.check();
          step(job, state);
        }
      }
      job.check();
      for (size_t i = 0; i < entry.outputs.size(); i++) {
        const Result& output = entry.outputs[i];
        if (output.words > 0)
          std::memcpy(run.outputs[i] + done * output.words, output.data,
                      static_cast<size_t>(output.words) * sizeof(int32_t));
      }
      const int64_t taken = std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
      if (entry.fastest == 0 || taken < entry.fastest) entry.fastest = std::max<int64_t>(1, taken);
    }
  }

  std::vector<int64_t> spent(size_t entry) const override { return entries_[entry].spent; }

  bool quick(size_t entry) const override {
    const int64_t fastest = entries_[entry].fastest;
    return fastest > 0 && fastest < quickNs;
  }

 private:
  static bool measures() {
    const char* stages = std::getenv("VERISIM_DEBUG");
    return stages != nullptr && std::strstr(stages, "run") != nullptr;
  }

  static void runMeasured(BoundEntry& entry, Job& job, const RunState& state) {
    entry.spent.resize(entry.steps.size());
    auto begin = std::chrono::steady_clock::now();
    for (size_t i = 0; i < entry.steps.size(); i++) {
      job.check();
      entry.steps[i](job, state);
      const auto end = std::chrono::steady_clock::now();
      entry.spent[i] += std::chrono::nanoseconds(end - begin).count();
      begin = end;
    }
  }

  static void checkSize(const Program& program) {
    int64_t words = program.arenaWords;
    for (const Slot& slot : program.slots) words += slot.words;
    const int64_t memory = machineMemory();
    // The system would promise more than it has, and end the process when it is touched.
    if (memory > 0 && words > memory / static_cast<int64_t>(sizeof(int32_t)))
      throw CodedError("VERISIM_OUT_OF_MEMORY", "Expected a program that fits the memory of this machine, " +
                                                    std::to_string(memory >> 20) + " MiB, but it takes " +
                                                    std::to_string(words >> 18) + " MiB");
  }

  /// The arena (-1) or a slot.
  int32_t* space(int32_t index) const { return memory_.data() + begins_[static_cast<size_t>(index + 1)]; }

  /// Where the arena and the slots begin: on cache lines, a few of them apart, so that matrices of one size, such as a
  /// weight and its running means, do not fall on the same cache sets row by row.
  static std::vector<int64_t> layOut(const Program& program) {
    checkSize(program);
    constexpr int64_t line = 16, gap = 5 * line;
    std::vector<int64_t> begins = {0};
    const auto add = [&](int64_t words) { begins.push_back(begins.back() + (words + line - 1) / line * line + gap); };
    add(program.arenaWords);
    for (const Slot& slot : program.slots) add(slot.words);
    return begins;
  }

  void guardGaps(const Program& program) {
    for (size_t i = 0; i + 1 < begins_.size(); i++) {
      const int64_t words = i == 0 ? program.arenaWords : program.slots[i - 1].words;
      memory_.guard(begins_[i] + words, begins_[i + 1]);
    }
  }

  const std::vector<int64_t> begins_;  // of the arena, of each slot, and the end, in words
  /// One stretch for everything: a weight matrix of a megabyte gets no large page of its own.
  Block memory_;
  std::vector<BoundEntry> entries_;
  const bool measures_ = measures();
};

class Cpu final : public Device {
 public:
  const char* name() const override { return "cpu"; }
  std::string description() const override { return isaName(isa()); }
  bool available() const override { return true; }
  std::unique_ptr<Executor> load(Program program) const override { return std::make_unique<CpuExecutor>(program); }
};

}  // namespace

const Device& cpuDevice() {
  static const Cpu cpu;
  return cpu;
}

}  // namespace verisim
