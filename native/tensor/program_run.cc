// Order of ends: the runner calls back and leaves; the callback joins it. Where the environment ends first, its cleanup
// hook stops the runner and joins it; the callback is then never made with an environment.
#include "program_run.h"

#include <cstring>
#include <system_error>

namespace verisim {

void LoadedProgram::free(Napi::Env env) {
  executor.reset();
  if (bytes > 0) Napi::MemoryManagement::AdjustExternalMemory(env, -bytes);
  bytes = 0;
}

ProgramRun::ProgramRun(Napi::Env env, LoadedProgram& program, Run run, Napi::Array held, int threads, AbortFlag abort)
    : env_(env),
      program_(program),
      held_(Napi::Persistent(held)),
      deferred_(Napi::Promise::Deferred::New(env)),
      pool_(env.GetInstanceData<Instance>()->pool),
      threads_(threads),
      abort_(std::move(abort)),
      run_(std::move(run)) {
  program_.busy = true;
}

ProgramRun::~ProgramRun() { program_.busy = false; }

Napi::Promise ProgramRun::start(Napi::Env env, LoadedProgram& program, Run run, Napi::Array held, int threads,
                                AbortFlag abort) {
  if (run.steps <= 1 && program.executor->quick(run.entry)) {
    auto deferred = Napi::Promise::Deferred::New(env);
    Job job{*env.GetInstanceData<Instance>()->pool, 1, abort.get()};
    const auto work = [&](Job& own) {
      program.executor->run(run, own);
      return static_cast<double>(run.steps);
    };
    settle(env, deferred, carryOut(work, job));
    return deferred.Promise();
  }
  if (!abort) abort = AbortFlag::make();
  std::unique_ptr<ProgramRun> running(new ProgramRun(env, program, std::move(run), held, threads, std::move(abort)));
  const Napi::Promise promise = running->deferred_.Promise();
  running->launch();
  running.release();
  return promise;
}

void ProgramRun::launch() {
  const auto& outputs = program_.entries[run_.entry].outputs;
  results_.reserve(outputs.size());
  run_.outputs.clear();
  for (const Place& output : outputs) {
    results_.emplace_back(output.length * run_.steps);
    run_.outputs.push_back(results_.back().data());
  }
  const Napi::String name = Napi::String::New(env_, "verisim program");
  if (napi_create_threadsafe_function(env_, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, &onDone, &done_) !=
      napi_ok)
    throw Napi::Error::New(env_);
  napi_add_env_cleanup_hook(env_, &onTeardown, this);
  try {
    thread_ = std::thread([this] {
      Job job{*pool_, threads_, abort_.get()};
      outcome_ = carryOut(
          [this](Job& own) {
            program_.executor->run(run_, own);
            return static_cast<double>(run_.steps);
          },
          job);
      // From the call on this object belongs to the environment's thread.
      const napi_threadsafe_function done = done_;
      napi_call_threadsafe_function(done, this, napi_tsfn_nonblocking);
      napi_release_threadsafe_function(done, napi_tsfn_release);
    });
  } catch (const std::system_error&) {
    napi_remove_env_cleanup_hook(env_, &onTeardown, this);
    napi_release_threadsafe_function(done_, napi_tsfn_abort);
    throw codedError(env_, "VERISIM_OUT_OF_MEMORY", "The system gives no thread to run the program on");
  }
}

/// Copies what came out to where it was asked for.
Outcome ProgramRun::deliver() {
  const auto& outputs = program_.entries[run_.entry].outputs;
  const Napi::Array arrays = held_.Value();
  for (size_t i = 0; i < outputs.size(); i++) {
    const auto array = arrays.Get(static_cast<uint32_t>(i)).As<Napi::TypedArray>();
    void* data = nullptr;
    size_t length = 0;
    if (napi_get_typedarray_info(env_, array, nullptr, &length, &data, nullptr, nullptr) != napi_ok ||
        static_cast<int64_t>(length) != outputs[i].length * run_.steps)
      return {0, "VERISIM_NATIVE_ARGUMENT", "Expected the arrays of outputs to stay while the program runs"};
    if (length > 0) std::memcpy(data, results_[i].data(), length * sizeof(int32_t));
  }
  return outcome_;
}

void ProgramRun::settleRun() {
  program_.busy = false;
  settle(env_, deferred_, outcome_.code == nullptr ? deliver() : outcome_);
}

void ProgramRun::onDone(napi_env env, napi_value, void*, void* data) {
  if (env == nullptr) return;
  const std::unique_ptr<ProgramRun> run(static_cast<ProgramRun*>(data));
  run->thread_.join();
  napi_remove_env_cleanup_hook(env, &onTeardown, data);
  try {
    run->settleRun();
  } catch (const Napi::Error&) {
    // The environment is ending and takes no more values.
  }
}

void ProgramRun::onTeardown(void* data) {
  const std::unique_ptr<ProgramRun> run(static_cast<ProgramRun*>(data));
  run->abort_.get()->store(true);
  run->thread_.join();
}

}  // namespace verisim
