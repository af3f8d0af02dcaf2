// Loops over many numbers are compiled for wider vectors too, and the processor's are chosen at load. No operation is fused, so
// that results are the same to the last bit.
#pragma once

#include <cstdint>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define VERISIM_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define VERISIM_WIDE
#endif
/// Of what such loops call: it is compiled with them.
#define VERISIM_INSIDE inline __attribute__((always_inline))

namespace verisim {

/// Four numbers that are worked on at once, wherever they lie.
using Four = float __attribute__((vector_size(16), aligned(4), may_alias));
using FourWhole = int32_t __attribute__((vector_size(16), aligned(4), may_alias));

}  // namespace verisim
