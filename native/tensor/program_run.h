// One run of a program on a thread of its own, and the program as JavaScript holds it. A libuv worker would not do: a
// process that exits, and a worker thread that is ended, wait for those, and a run may take an hour.
#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "async.h"
#include "program/executor.h"
#include "program/memory.h"

namespace verisim {

struct EntryInfo {
  size_t instructions;
  std::vector<Place> outputs;
};

/// What a program handle holds. Only the environment's own thread touches it, but for the executor of a running one.
struct LoadedProgram {
  const Device* device;
  int64_t arenaWords;
  std::vector<Slot> slots;
  std::vector<EntryInfo> entries;
  std::unique_ptr<Executor> executor;  // none once freed
  bool busy = false;
  int64_t bytes = 0;  // as V8 was told

  /// Gives the memory back; nothing where it was given back before.
  void free(Napi::Env env);
};

/// Runs, then settles its promise on the environment's thread and deletes itself. The program is busy for so long.
class ProgramRun {
 public:
  /// Takes no thread where the run is known to be short. `held` is the arrays that get the outputs, then the handle,
  /// which must not be collected while the program runs.
  static Napi::Promise start(Napi::Env env, LoadedProgram& program, Run run, Napi::Array held, int threads,
                             AbortFlag abort);
  ~ProgramRun();

 private:
  ProgramRun(Napi::Env env, LoadedProgram& program, Run run, Napi::Array held, int threads, AbortFlag abort);

  void launch();
  void settleRun();
  Outcome deliver();
  static void onDone(napi_env env, napi_value function, void* context, void* data);
  static void onTeardown(void* data);

  Napi::Env env_;
  LoadedProgram& program_;
  Napi::Reference<Napi::Array> held_;
  Napi::Promise::Deferred deferred_;
  PoolShare pool_;
  int threads_;
  AbortFlag abort_;
  Run run_;
  std::vector<Block> results_;  // outputs on their way: an array may be given away while the run goes on
  napi_threadsafe_function done_ = nullptr;
  std::thread thread_;
  Outcome outcome_;
};

}  // namespace verisim
