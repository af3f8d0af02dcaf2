// The pool's machinery: a few places where jobs are open, helpers that spin a little before they sleep. No lock is taken
// between a job's first tile and its last.
#include "pool.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#if defined(__linux__)
#include <sched.h>
#endif

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace verisim {
namespace {

// Pauses, of 10 to 20 nanoseconds each. About 30 microseconds: longer than the gap between two kernels of one step,
// shorter than anyone notices. While a program runs, about a millisecond: longer than any kernel that one thread does.
constexpr int spins = 2000;
constexpr int hotSpins = 64'000;

// Place::state, from the lowest bit: helpers inside, slots still free, whether the job takes helpers, whether a caller
// has the place.
constexpr uint32_t helperOne = 1, helperMask = 0x3ff;
constexpr uint32_t freeOne = 1 << 10, freeMask = 0x3ff << 10;
constexpr uint32_t open = 1u << 30, owned = 1u << 31;

inline void pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// The processor that this thread runs on just now; -1 where the system does not say.
int currentCpu() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

int64_t nowNs() { return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// How long helpers are left asleep after one woke up on its caller's own processor: the system had no other to spare.
constexpr int64_t restNs = 2'000'000;

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
  epoch_.fetch_add(1);
  epoch_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Pool::Job::work(int slot) {
  for (;;) {
    if (stop.load(std::memory_order_relaxed)) return;
    const int64_t tile = claim(slot);
    if (tile < 0) return;
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

/// A tile that nobody else gets; -1 when there is none left.
int64_t Pool::Job::claim(int slot) {
  constexpr int64_t half = int64_t{1} << 32;
  // More tiles than the halves hold are dealt from one end.
  const bool last = slot > 0 && tiles < half / 2;
  const auto before = static_cast<int64_t>(claimed.fetch_add(last ? half : 1, std::memory_order_relaxed));
  if (tiles >= half / 2) return before < tiles ? before : -1;
  const int64_t first = before % half, fromEnd = before / half;
  if (first + fromEnd >= tiles) return -1;
  return last ? tiles - 1 - fromEnd : first;
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

Pool::Place* Pool::takePlace() {
  for (Place& place : places_) {
    uint32_t idle = 0;
    if (place.state.load(std::memory_order_relaxed) == 0 &&
        place.state.compare_exchange_strong(idle, owned, std::memory_order_acquire))
      return &place;
  }
  return nullptr;
}

void Pool::runJob(int64_t tiles, int threads, const std::atomic<bool>* abort, void* context, Call call) {
  Job job;
  job.call = call;
  job.context = context;
  job.abort = abort;
  job.tiles = tiles;
  job.slots = static_cast<int>(std::min<int64_t>(std::min(threads, maxThreads), tiles));
  const int wanted = job.slots - 1;
  // With more jobs at once than places, the caller does the work alone.
  Place* const place = takePlace();
  if (place != nullptr) {
    if (helperCount_.load(std::memory_order_relaxed) < wanted) growTo(wanted);
    const int cpu = currentCpu();
    if (callerCpu_.load(std::memory_order_relaxed) != cpu) callerCpu_.store(cpu, std::memory_order_relaxed);
    place->job = &job;
    place->state.store(owned | open | static_cast<uint32_t>(wanted) * freeOne, std::memory_order_release);
    // Sequentially consistent, as in waitForJob: either the helper that falls asleep sees the new epoch, or this sees it
    // sleep.
    epoch_.fetch_add(1);
    const int asleep = sleepers_.load();
    if (asleep > 0 && helperCount_.load(std::memory_order_relaxed) - asleep < wanted &&
        (restUntil_.load(std::memory_order_relaxed) == 0 || nowNs() > restUntil_.load(std::memory_order_relaxed))) {
      if (wanted == 1)
        epoch_.notify_one();
      else
        epoch_.notify_all();
    }
  }
  job.work(0);
  if (place != nullptr) {
    uint32_t state = place->state.fetch_and(~(open | freeMask), std::memory_order_acquire) & ~(open | freeMask);
    for (int spin = 0; (state & helperMask) != 0; state = place->state.load(std::memory_order_acquire)) {
      if (++spin < spins)
        pause();
      else
        place->state.wait(state, std::memory_order_acquire);
    }
    place->state.store(0, std::memory_order_release);
  }
  job.rethrow();
  if (job.stop.load()) throw Aborted{};
}

void Pool::growTo(int helpers) {
  std::lock_guard<std::mutex> lock(mutex_);
  while (static_cast<int>(helpers_.size()) < std::min(helpers, maxThreads - 1)) {
    try {
      helpers_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      break;  // The system refuses more threads: the caller does the work alone.
    }
  }
  helperCount_.store(static_cast<int>(helpers_.size()), std::memory_order_relaxed);
}

/// Joins the job at a place where it still has tiles to claim, works, and leaves.
bool Pool::helpAt(Place& place) {
  uint32_t state = place.state.load(std::memory_order_relaxed);
  do {
    if ((state & open) == 0 || (state & freeMask) == 0) return false;
  } while (!place.state.compare_exchange_weak(state, state - freeOne + helperOne, std::memory_order_acquire,
                                              std::memory_order_relaxed));
  Job& job = *place.job;
  job.work(job.slots - static_cast<int>((state & freeMask) / freeOne));
  const uint32_t left = place.state.fetch_sub(helperOne, std::memory_order_release);
  // From here on the job may be gone. The place is not, and a caller woken for nothing looks again.
  if ((left & open) == 0 && (left & helperMask) == helperOne) place.state.notify_one();
  return true;
}

/// Spins, then sleeps, until a job has come since `seen`.
bool Pool::waitForJob(uint32_t seen) {
  for (int spin = 0; spin < spins || (spin < hotSpins && hot_.load(std::memory_order_relaxed) > 0); spin++) {
    if (epoch_.load(std::memory_order_acquire) != seen) return true;
    // Awake on the caller's own processor, a helper would keep it from its work.
    if (spin % 64 == 0 && onCallersCpu()) break;
    pause();
  }
  sleepers_.fetch_add(1);
  epoch_.wait(seen);
  sleepers_.fetch_sub(1);
  restUntil_.store(onCallersCpu() ? nowNs() + restNs : 0, std::memory_order_relaxed);
  return !closing_.load();
}

bool Pool::onCallersCpu() const {
  const int cpu = currentCpu();
  return cpu >= 0 && cpu == callerCpu_.load(std::memory_order_relaxed);
}

void Pool::help() {
  uint32_t seen = 0;
  do {
    bool helped = true;
    while (helped) {
      // Read before the search: a job that the search misses moves it.
      seen = epoch_.load(std::memory_order_acquire);
      helped = false;
      for (Place& place : places_) helped = helpAt(place) || helped;
    }
  } while (!closing_.load() && waitForJob(seen));
}

}  // namespace verisim
