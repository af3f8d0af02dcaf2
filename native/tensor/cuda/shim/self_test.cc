// The shim's own test: kernels with the faults that it is there to find. Prints what went wrong; code 0 if nothing did.
#include <cstdio>

#include "shim.h"

#define KERNEL extern "C" __global__ void

// Sums 64 numbers through shared memory; right.
KERNEL blockSum(const int* x, int* out) {
  __shared__ int part[64];
  part[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  for (unsigned step = 32; step > 0; step /= 2) {
    if (threadIdx.x < step) part[threadIdx.x] += part[threadIdx.x + step];
    __syncthreads();
  }
  if (threadIdx.x == 0) *out = part[0];
}

// Reads its neighbour's number without a barrier: a race.
KERNEL race(const int* x, int* out) {
  __shared__ int part[64];
  part[threadIdx.x] = x[threadIdx.x];
  out[threadIdx.x] = part[(threadIdx.x + 63) % 64];
}

// Leaves before the others have met.
KERNEL leaves(int* out) {
  if (threadIdx.x > 40) return;
  __syncthreads();
  out[threadIdx.x] = 1;
}

// Half of the block waits at one barrier, half at another.
KERNEL parts(int* out) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  out[threadIdx.x] = 1;
}

// A lane is gone when its warp shuffles.
KERNEL lanes(int* out) {
  if (threadIdx.x == 5) return;
  out[threadIdx.x] = __shfl_xor_sync(0xffffffffu, static_cast<int>(threadIdx.x), 1);
}

// What shared memory holds before anyone writes it.
KERNEL unwritten(int* out) {
  __shared__ int never[64];
  out[threadIdx.x] = never[threadIdx.x];
}

// Every block counts itself, so all of the grid ran.
KERNEL blocks(int* out) {
  if (threadIdx.x == 0) out[blockIdx.x + gridDim.x * blockIdx.y] += static_cast<int>(threadIdx.x + blockIdx.x + 1);
}

namespace {

int failures = 0;

void expect(bool condition, const char* what) {
  if (condition) return;
  failures++;
  printf("not so: %s\n", what);
}

template <auto kernel, class... A>
const char* run(unsigned x, unsigned y, vshim::Order order, A... arguments) {
  void* pointers[] = {&arguments...};
  const unsigned grid[3] = {x, y, 1}, block[3] = {64, 1, 1};
  return vshim::launch(&vshim::Caller<kernel>::call, pointers, grid, block, order);
}

bool says(const char* error, const char* words) { return error != nullptr && strstr(error, words) != nullptr; }

}  // namespace

int main() {
  using vshim::Order;
  int x[64], out[64] = {}, other[64] = {};
  for (int i = 0; i < 64; i++) x[i] = i * i;
  for (const Order order : {Order::forward, Order::reverse, Order::shuffled}) {
    out[0] = 0;
    expect(run<&blockSum>(1, 1, order, &x[0], &out[0]) == nullptr && out[0] == 85344, "a right sum in every order");
  }
  run<&race>(1, 1, Order::forward, &x[0], &out[0]);
  run<&race>(1, 1, Order::reverse, &x[0], &other[0]);
  expect(memcmp(out, other, sizeof out) != 0, "a race shows as a difference between orders");
  expect(says(run<&leaves>(1, 1, Order::forward, &out[0]), "left the kernel before __syncthreads"), "a thread that left");
  expect(says(run<&parts>(1, 1, Order::forward, &out[0]), "different barriers"), "barriers that differ");
  expect(says(run<&lanes>(1, 1, Order::forward, &out[0]), "before a shuffle"), "a lane that left");
  expect(run<&blockSum>(1, 1, Order::forward, &x[0], &out[0]) == nullptr && out[0] == 85344, "a right sum after faults");
  run<&unwritten>(1, 1, Order::forward, &out[0]);
  expect(out[0] == -1 && out[63] == -1, "shared memory is poisoned");
  memset(out, 0, sizeof out);
  run<&blocks>(3, 2, Order::reverse, &out[0]);
  expect(out[0] == 1 && out[2] == 3 && out[3] == 1 && out[5] == 3 && out[6] == 0, "every block runs once");
  expect(run<&blocks>(0, 1, Order::forward, &out[0]) != nullptr, "an empty grid is an error");
  return failures;
}
