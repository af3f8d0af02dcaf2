// layout.cuh as C++ sees it: the same text, in a namespace.
#pragma once

namespace verisim::device {
#include "layout.cuh"
static_assert(sizeof(u32) == 4 && sizeof(u64) == 8 && sizeof(float*) == 8);
}  // namespace verisim::device
