// The most floating-point operations that this machine does at this moment: chains of fused multiply-adds that touch no
// memory. `peak THREADS` prints GFLOP/s, the best of many bursts. Compiled for the machine it runs on (peak.ts).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int bytes = 64;
#elif defined(__AVX__)
constexpr int bytes = 32;
#else
constexpr int bytes = 16;
#endif
typedef float Vector __attribute__((vector_size(bytes)));
constexpr int lanes = bytes / 4, chains = 12;

#if defined(__x86_64__)
#define KEEP(x) asm volatile("" : "+x"(x))
#else
#define KEEP(x) asm volatile("" : "+w"(x))
#endif

__attribute__((noinline)) static float burst(int64_t rounds) {
  Vector one = {};
  one = one + 1.0f;
  const Vector a = one * 0.999f, b = one * 0.001f;
  Vector s0 = one, s1 = one, s2 = one, s3 = one, s4 = one, s5 = one, s6 = one, s7 = one, s8 = one, s9 = one, s10 = one,
         s11 = one;
  for (int64_t i = 0; i < rounds; i++) {
#define STEP(s) \
  s = s * a + b; \
  KEEP(s);
    STEP(s0) STEP(s1) STEP(s2) STEP(s3) STEP(s4) STEP(s5) STEP(s6) STEP(s7) STEP(s8) STEP(s9) STEP(s10) STEP(s11)
  }
  const Vector sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
  return sum[0];
}

static volatile float sink;

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  constexpr int64_t rounds = 20'000;
  std::atomic<int> arrived{0};
  std::vector<double> best(static_cast<size_t>(threads), 0.0);
  const auto work = [&](int thread) {
    // All at once, so that what they share (power, a core's two halves) counts.
    arrived++;
    while (arrived < threads) std::this_thread::yield();
    for (int i = 0; i < 400; i++) {
      const auto start = std::chrono::steady_clock::now();
      sink = burst(rounds);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      double& mine = best[static_cast<size_t>(thread)];
      mine = std::max(mine, 2.0 * lanes * chains * rounds / taken.count() / 1e9);
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; i++) others.emplace_back(work, i);
  work(0);
  for (std::thread& other : others) other.join();
  double sum = 0;
  for (const double each : best) sum += each;
  std::printf("%.1f\n", sum);
}
