// Where programs run: a device turns a decoded program into an executor, which owns the program's memory and runs its
// entries. The binding (program_addon.cc) knows nothing else of a device.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../cpu/job.h"
#include "program.h"

namespace verisim {

/// One run of an entry: `steps` times all of its instructions.
struct Run {
  size_t entry;
  int64_t steps;
  /// Of the first step; `step` counts up from there.
  RunState first;
  /// One array per output of the entry, which holds `steps` times the output's length.
  std::vector<int32_t*> outputs;
};

/// One program in the memory of one device. The binding calls one function at a time, but from changing threads;
/// slots, offsets, lengths and entries are checked before.
class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  virtual void write(size_t slot, int64_t offset, std::span<const int32_t> words) = 0;
  virtual void read(size_t slot, int64_t offset, std::span<int32_t> words) = 0;

  /// Throws Aborted soon after `job.abort` is set (slots then hold anything), or CodedError.
  virtual void run(const Run& run, Job& job) = 0;

  /// Nanoseconds spent in each instruction so far; empty unless the environment's VERISIM_DEBUG names `run`.
  virtual std::vector<int64_t> spent(size_t) const { return {}; }

  /// Whether one step of the entry is known to take less time than the trip to another thread.
  virtual bool quick(size_t entry) const = 0;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual const char* name() const = 0;
  /// What it is, in words: instruction set, or the name of the board. Where it cannot be used, why.
  virtual std::string description() const = 0;
  virtual bool available() const = 0;
  /// All state is zero. Throws CodedError VERISIM_PROGRAM_INVALID or VERISIM_DEVICE_UNAVAILABLE, or std::bad_alloc.
  virtual std::unique_ptr<Executor> load(Program program) const = 0;
};

/// All devices that this binary knows, usable or not (devices.cc).
std::span<const Device* const> devices();

/// run.cc
const Device& cpuDevice();
/// cuda/executor.cc: device `index` of the machine, from 0, which may not be there.
const Device& cudaDevice(int index = 0);

}  // namespace verisim
