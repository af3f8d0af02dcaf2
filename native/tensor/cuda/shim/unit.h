// What a compiled unit of kernels shows to the shim's driver: its kernels, and how to run one of them.
#pragma once

#include <cstddef>

namespace vshim {

using Call = void (*)(void** arguments);

/// Order in which blocks and threads run.
enum class Order { forward, reverse, shuffled };

struct Entry {
  const char* name;
  Call call;
  const size_t* sizes;  // bytes of each argument
  size_t count;
};

struct Unit {
  const Entry* entries;
  size_t count;
  const char* (*launch)(Call call, void** arguments, const unsigned* grid, const unsigned* block, Order order);
};

}  // namespace vshim

/// Every unit exports this.
extern "C" const vshim::Unit* vshimUnit();
