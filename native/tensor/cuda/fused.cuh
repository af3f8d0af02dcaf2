// The frame of a fused group's launch, shared by written kernels (codegen.cc) and by the interpreter (fused.cu).
// A launch goes over `outer` x `inner` indices. The inner ones are cut into chunks, a block of 128 threads each (for some
// outer indices): reduced outputs are summed along the chunk by each thread, then over the threads in a fixed tree, and
// the chunks' results are put together in order. Outputs of every index are written on the way.

struct Place {
  i64 outer, begin, end;  // begin: this thread's first; inner indices step by innerThreads
  i64 chunkNumber;
  int along;  // the thread's number along inner
};

VS_INLINE Place placeOf(const Frame& f) {
  Place p;
  const int t = (int)threadIdx.x, across = 128 / f.innerThreads;
  p.along = f.outerFast ? t / across : t % f.innerThreads;
  p.chunkNumber = blockIdx.x / f.outerBlocks;
  p.outer = (i64)(blockIdx.x % f.outerBlocks) * across + (f.outerFast ? t % across : t / f.innerThreads);
  p.begin = p.chunkNumber * f.chunk + p.along;
  p.end = (p.chunkNumber + 1) * f.chunk < f.inner ? (p.chunkNumber + 1) * f.chunk : f.inner;
  if (p.outer >= f.outer) p.end = 0;
  return p;
}

// Puts the threads' results of one output together and writes the block's.
VS_INLINE void meetThreads(const Frame& f, const Place& p, float* meet, float value, int maximum, float* partial) {
  const int t = (int)threadIdx.x;
  const int apart = f.outerFast ? 128 / f.innerThreads : 1;
  meet[t] = value;
  __syncthreads();
  for (int step = f.innerThreads / 2; step > 0; step /= 2) {
    if (p.along < step) {
      const float other = meet[t + step * apart];
      meet[t] = maximum ? largest(meet[t], other) : meet[t] + other;
    }
    __syncthreads();
  }
  if (p.along == 0 && p.outer < f.outer) partial[p.chunkNumber * f.outer + p.outer] = meet[t];
  __syncthreads();
}
