// What a kernel runs in: the pool, its share of threads, the abort flag, and scratch memory per thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>

#include "pool.h"

namespace verisim {

struct Job {
  Pool& pool;
  int threads = 1;
  const std::atomic<bool>* abort = nullptr;

  /// `body(tile, slot)` for every tile; slot < threads.
  template <class Body>
  void run(int64_t tiles, Body&& body) {
    pool.run(tiles, threads, abort, std::forward<Body>(body));
  }

  /// `body(begin, end)` over [0, count) in pieces of `grain`.
  template <class Body>
  void range(int64_t count, int64_t grain, Body&& body) {
    run((count + grain - 1) / grain, [&](int64_t tile, int) {
      body(tile * grain, std::min(count, (tile + 1) * grain));
    });
  }

  /// Serial stretches call this now and then.
  void check() const {
    if (abort != nullptr && abort->load(std::memory_order_relaxed)) throw Aborted{};
  }
};

/// Uninitialised memory, aligned to cache lines; throws std::bad_alloc.
template <class T>
class Scratch {
 public:
  explicit Scratch(size_t count)
      : data_(static_cast<T*>(::operator new(std::max<size_t>(1, count) * sizeof(T), std::align_val_t(64)))) {}
  ~Scratch() { ::operator delete(data_, std::align_val_t(64)); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }

 private:
  T* data_;
};

}  // namespace verisim
