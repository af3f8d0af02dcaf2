// Arguments of kernels that are more than a number or an address: the one place where kernel text and the host agree on
// memory. First text of every compiled unit; C++ includes the same file.

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

// What changes between steps; a one-thread kernel advances it, so that a captured step needs no patching.
struct RunState {
  u32 key[2];
  u64 step;
  u64 rowOffset;
  u64 count;  // steps since the run began, for the place of outputs
};

// How a launch of a fused group goes over its indices (fused.cuh).
struct Frame {
  i64 outer, inner, chunk;
  i64 outerStep, innerStep;  // of the number of an index in the group's space
  int innerThreads;          // of 128, a power of two; the others go along outer
  int outerFast;             // whether neighbouring threads are neighbours along outer
  u32 outerBlocks;
};

// What the interpreter of fused groups needs to know of one (fused.cu).
struct Group {
  int rank;
  u32 dims[6];
  int instructions, reductions;
  u32 maxima;  // bit r: reduction r is a maximum
};

// gemm.cu
struct Product {
  int batch, m, n, k;
  i64 aBatch, aRow, aCol, bBatch, bRow, bCol, cBatch, cRow;
  int accumulate;
  int pieces;      // of k; more than 1: c is scratch [pieces][batch][m][n]
  int pieceDepth;  // a multiple of 16
};

// convolution.cu
struct Patches {
  int batch, height, width, channels, kernelHeight, kernelWidth, strideY, strideX, padTop, padLeft, outHeight, outWidth;
};

// A stretch of one parameter of an update; b to d as the kernel needs them.
struct Part {
  float* a;
  float* b;
  float* c;
  float* d;
  i64 length;
};
