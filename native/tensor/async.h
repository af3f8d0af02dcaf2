// Work off the JavaScript thread: an AsyncWorker that settles a promise. It holds the typed arrays it reads and writes,
// the pool, and the abort flag for as long as it runs. Work too small to be worth the trip runs at once, on the caller.
#pragma once

#include <napi.h>

#include <functional>
#include <string>
#include <utility>

#include "cpu/job.h"
#include "program/coded_error.h"
#include "type_tags.h"

namespace verisim {

/// What one environment (the main thread, or a worker thread) keeps; the pool itself is one per process.
struct Instance {
  PoolShare pool;
};

/// Runs in the job, returns the number that the promise resolves to.
using Work = std::function<double(Job&)>;

/// How work ended; everything thrown in native code becomes one of these.
struct Outcome {
  double value = 0;
  const char* code = nullptr;  // null: well
  std::string message;
};

/// What the exception that is being handled comes to; call it in a catch block.
inline Outcome outcomeOfException() noexcept {
  try {
    throw;
  } catch (const Aborted&) {
    return {0, "VERISIM_ABORTED", "The work was stopped on request"};
  } catch (const CodedError& error) {
    return {0, error.code, error.what()};
  } catch (const ArgumentError& error) {
    return {0, "VERISIM_NATIVE_ARGUMENT", error.what()};
  } catch (const std::bad_alloc&) {
    return {0, "VERISIM_OUT_OF_MEMORY", "Not enough memory for the work space"};
  } catch (const std::length_error&) {
    return {0, "VERISIM_OUT_OF_MEMORY", "Not enough memory for the work space"};
  } catch (const std::exception& error) {
    return {0, "VERISIM_NATIVE_FAILED", std::string("internal: ") + error.what()};
  } catch (...) {
    return {0, "VERISIM_NATIVE_FAILED", "internal: unknown failure in native code"};
  }
}

template <class AnyWork>
Outcome carryOut(const AnyWork& work, Job& job) noexcept {
  try {
    return {work(job), nullptr, {}};
  } catch (...) {
    return outcomeOfException();
  }
}

inline Napi::Error codedError(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

inline void settle(Napi::Env env, Napi::Promise::Deferred& deferred, const Outcome& outcome) {
  if (outcome.code == nullptr)
    deferred.Resolve(Napi::Number::New(env, outcome.value));
  else
    deferred.Reject(codedError(env, outcome.code, outcome.message).Value());
}

class Task final : public Napi::AsyncWorker {
 public:
  Task(Napi::Env env, const PoolShare& pool, int threads, AbortFlag abort, Napi::Array held, Work work)
      : Napi::AsyncWorker(env, "verisim"),
        deferred_(Napi::Promise::Deferred::New(env)),
        held_(Napi::Persistent(held)),
        pool_(pool),
        threads_(threads),
        abort_(std::move(abort)),
        work_(std::move(work)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    Job job{*pool_, threads_, abort_.get()};
    outcome_ = carryOut(work_, job);
  }
  void OnOK() override { settle(Env(), deferred_, outcome_); }

 private:
  Napi::Promise::Deferred deferred_;
  Napi::Reference<Napi::Array> held_;
  PoolShare pool_;
  int threads_;
  AbortFlag abort_;
  Work work_;
  Outcome outcome_;
};

}  // namespace verisim
