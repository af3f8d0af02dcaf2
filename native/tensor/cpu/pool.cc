// The pool's machinery: a short list of open jobs, helpers that spin a little before they sleep.
#include "pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace verisim {
namespace {

// About 30 microseconds: longer than the gap between two kernels of one step, shorter than anyone notices.
constexpr int spins = 2000;

inline void pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins, then sleeps, until `value` is no longer `old`.
template <class T>
void waitChange(std::atomic<T>& value, T old) {
  for (int i = 0; i < spins; i++) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

std::mutex shareMutex;
Pool* sharedPool = nullptr;
int shares = 0;

}  // namespace

PoolShare::PoolShare() {
  std::lock_guard<std::mutex> lock(shareMutex);
  if (shares == 0) sharedPool = new Pool();
  shares++;
  pool_ = sharedPool;
}

PoolShare::PoolShare(const PoolShare& other) : pool_(other.pool_) {
  std::lock_guard<std::mutex> lock(shareMutex);
  shares++;
}

PoolShare::~PoolShare() {
  std::lock_guard<std::mutex> lock(shareMutex);
  if (--shares == 0) delete std::exchange(sharedPool, nullptr);
}

Pool::~Pool() {
  closing_.store(true);
  epoch_.fetch_add(1, std::memory_order_release);
  epoch_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Pool::Job::work(int slot) {
  for (;;) {
    if (stop.load(std::memory_order_relaxed)) return;
    const int64_t tile = next.fetch_add(1, std::memory_order_relaxed);
    if (tile >= tiles) return;
    if (abort != nullptr && abort->load(std::memory_order_relaxed)) {
      stop.store(true, std::memory_order_relaxed);
      return;
    }
    try {
      call(context, tile, slot);
    } catch (const ArgumentError& error) {
      return fail(argument, error.what());
    } catch (const std::bad_alloc&) {
      return fail(memory, "");
    } catch (const std::exception& error) {
      return fail(other, error.what());
    } catch (...) {
      return fail(other, "unknown failure");
    }
  }
}

void Pool::Job::fail(Failure kind, const char* text) {
  std::lock_guard<std::mutex> lock(failureMutex);
  if (failure == none) {
    failure = kind;
    message = text;
  }
  stop.store(true, std::memory_order_relaxed);
}

void Pool::Job::rethrow() const {
  switch (failure) {
    case none: return;
    case argument: throw ArgumentError(message);
    case memory: throw std::bad_alloc();
    case other: throw std::runtime_error(message);
  }
}

void Pool::runJob(int64_t tiles, int threads, const std::atomic<bool>* abort, void* context, Call call) {
  if (tiles <= 0) {
    if (abort != nullptr && abort->load()) throw Aborted{};
    return;
  }
  const int slots = static_cast<int>(std::clamp<int64_t>(std::min<int64_t>(threads, tiles), 1, maxThreads));
  Job job;
  job.call = call;
  job.context = context;
  job.abort = abort;
  job.tiles = tiles;
  job.slots = slots;
  if (slots > 1) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      growTo(slots - 1);
      jobs_.push_back(&job);
    }
    epoch_.fetch_add(1, std::memory_order_release);
    if (slots == 2)
      epoch_.notify_one();
    else
      epoch_.notify_all();
  }
  job.work(0);
  if (slots > 1) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      jobs_.erase(std::find(jobs_.begin(), jobs_.end(), &job));
    }
    for (int active = job.helping.load(std::memory_order_acquire); active != 0;
         active = job.helping.load(std::memory_order_acquire))
      waitChange(job.helping, active);
    // The last helper leaves under the mutex: after this no one touches the job, which lives on this stack.
    std::lock_guard<std::mutex> lock(mutex_);
  }
  job.rethrow();
  if (job.stop.load()) throw Aborted{};
}

void Pool::growTo(int helpers) {
  while (static_cast<int>(helpers_.size()) < std::min(helpers, maxThreads - 1)) {
    try {
      helpers_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      return;  // The system refuses more threads: the caller does the work alone.
    }
  }
}

Pool::Job* Pool::join(int* slot) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (Job* job : jobs_) {
    if (job->taken >= job->slots || job->next.load(std::memory_order_relaxed) >= job->tiles) continue;
    *slot = job->taken++;
    job->helping.fetch_add(1, std::memory_order_relaxed);
    return job;
  }
  return nullptr;
}

void Pool::help() {
  uint32_t seen = epoch_.load(std::memory_order_acquire);
  while (!closing_.load()) {
    int slot = 0;
    if (Job* job = join(&slot)) {
      job->work(slot);
      std::lock_guard<std::mutex> lock(mutex_);
      job->helping.fetch_sub(1, std::memory_order_release);
      job->helping.notify_one();
      continue;
    }
    const uint32_t now = epoch_.load(std::memory_order_acquire);
    if (now == seen) waitChange(epoch_, seen);
    seen = epoch_.load(std::memory_order_acquire);
    // A job posted between the search and this line is found by the next search: it was listed before the epoch moved.
  }
}

}  // namespace verisim
