// Which instruction set the kernels run on: found once at load, the best of what was compiled in.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace verisim {

enum class Isa { baseline, avx2, avx512, neon };

/// The set in use; VERISIM_SIMD=baseline|avx2|avx512 lowers it for tests.
Isa isa();
const char* isaName(Isa isa);

/// A kernel file ends with `const Kernels table = {...}` in each set's namespace; this picks one.
#if defined(__x86_64__)
#define VERISIM_PICK(table)                        \
  (isa() == Isa::avx512 ? avx512::table            \
   : isa() == Isa::avx2 ? avx2::table              \
                        : baseline::table)
#else
#define VERISIM_PICK(table) (baseline::table)
#endif

}  // namespace verisim
