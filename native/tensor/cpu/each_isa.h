// Includes the file named by VERISIM_KERNELS once per instruction set, each time in a namespace of its own and compiled
// for that set. No include guard: a kernel .cc includes all its headers first, then this file once.
// On arm64 the only set is NEON and every other processor runs the portable vectors; both live in `baseline`.

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi2,prefer-vector-width=512")
#endif
#define VERISIM_LANE_BYTES 64
namespace verisim::avx512 {
#include "vector.h"
#include VERISIM_KERNELS
}
#undef VERISIM_LANE_BYTES
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi2")
#endif
#define VERISIM_LANE_BYTES 32
namespace verisim::avx2 {
#include "vector.h"
#include VERISIM_KERNELS
}
#undef VERISIM_LANE_BYTES
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif

#define VERISIM_LANE_BYTES 16
namespace verisim::baseline {
#include "vector.h"
#include VERISIM_KERNELS
}
#undef VERISIM_LANE_BYTES
