// Claim-based thread pool. A job is a number of tiles and an atomic counter: whoever is free claims the next tile, the
// caller works too, and at the end it waits only for tiles that a helper has already claimed. A busy machine therefore
// costs the share of the helpers, never a barrier (docs/design/native.md). The caller begins with the first tile and
// helpers with the last, so that what one thread wrote in one job is mostly what it reads in the next.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace verisim {

/// Thrown out of a job whose abort flag was set; the binding turns it into VERISIM_ABORTED.
struct Aborted {};

/// An argument that is wrong in its content rather than its type; becomes VERISIM_NATIVE_ARGUMENT.
struct ArgumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Pool {
 public:
  static constexpr int maxThreads = 256;

  Pool() = default;
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// While one lives, helpers wait awake between jobs for about a millisecond instead of 30 microseconds: handing out a
  /// job then costs half a microsecond instead of a system call. For whoever runs many short jobs in a row: a program
  /// holds one from its first step to its last, and nobody holds one across a wait for anything else.
  class Hot {
   public:
    explicit Hot(Pool& pool) : pool_(pool) { pool_.hot_.fetch_add(1, std::memory_order_relaxed); }
    ~Hot() { pool_.hot_.fetch_sub(1, std::memory_order_relaxed); }
    Hot(const Hot&) = delete;
    Hot& operator=(const Hot&) = delete;

   private:
    Pool& pool_;
  };

  /// Calls `body(tile, slot)` for each tile in [0, tiles) on at most `threads` threads, the calling one among them.
  /// `slot` is in [0, threads) and belongs to one thread at a time: an index into scratch memory.
  /// Throws Aborted when `abort` was set before the last tile, or what a tile threw: ArgumentError, std::bad_alloc, or
  /// std::runtime_error for anything else.
  template <class Body>
  void run(int64_t tiles, int threads, const std::atomic<bool>* abort, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    if (threads > 1 && tiles > 1) {
      runJob(tiles, threads, abort, const_cast<void*>(static_cast<const void*>(&body)),
             [](void* context, int64_t tile, int slot) { (*static_cast<Plain*>(context))(tile, slot); });
      return;
    }
    int64_t tile = 0;
    do {
      if (abort != nullptr && abort->load(std::memory_order_relaxed)) throw Aborted{};
      if (tile < tiles) body(tile, 0);
    } while (++tile < tiles);
  }

 private:
  using Call = void (*)(void* context, int64_t tile, int slot);

  /// One call of `run`, on its caller's stack: helpers touch it only between joining and leaving its place.
  struct Job {
    Call call;
    void* context;
    const std::atomic<bool>* abort;
    int64_t tiles;
    int slots;
    /// Tiles that the caller has claimed, from the first on, and in the upper half those of the helpers, from the last on.
    alignas(64) std::atomic<uint64_t> claimed{0};
    alignas(64) std::atomic<bool> stop{false};  // aborted or failed: nobody claims another tile
    // What a tile threw. Not an exception_ptr: that would ask for a newer C++ runtime than anything else here.
    enum Failure { none, argument, memory, other };
    std::mutex failureMutex;
    Failure failure = none;
    std::string message;

    void work(int slot);
    int64_t claim(int slot);
    void fail(Failure kind, const char* text);
    void rethrow() const;
  };

  /// Where a job is found. `state` counts the helpers inside and the slots still free, so that a helper joins by one
  /// exchange and the caller closes by one; a place outlives all jobs, so that a late look at it is harmless.
  struct alignas(64) Place {
    std::atomic<uint32_t> state{0};
    Job* job = nullptr;
  };
  static constexpr int places = 16;

  void runJob(int64_t tiles, int threads, const std::atomic<bool>* abort, void* context, Call call);
  void growTo(int helpers);
  Place* takePlace();
  bool helpAt(Place& place);
  bool waitForJob(uint32_t seen);
  bool onCallersCpu() const;
  void help();

  Place places_[places];
  alignas(64) std::atomic<uint32_t> epoch_{0};  // moves with every job; helpers wait for that
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<int> callerCpu_{-1};        // of the last job
  std::atomic<int64_t> restUntil_{0};     // nobody is woken before
  std::atomic<int> hot_{0};
  std::atomic<int> helperCount_{0};
  std::atomic<bool> closing_{false};
  std::mutex mutex_;  // guards helpers_
  std::vector<std::thread> helpers_;
};

/// A share in the pool of this process: made with the first environment (main thread or worker thread), ended with the
/// last one.
class PoolShare {
 public:
  PoolShare();
  PoolShare(const PoolShare&);
  PoolShare& operator=(const PoolShare&) = delete;
  ~PoolShare();
  Pool& operator*() const { return *pool_; }

 private:
  Pool* pool_;
};

}  // namespace verisim
