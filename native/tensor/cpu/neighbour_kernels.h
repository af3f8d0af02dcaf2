// Distances of one query to a block of rows. Included once per instruction set (each_isa.h).
// A block holds its rows dimension by dimension, so that each lane is one row and sums its dimensions in order.

template <class T> struct VectorOf;
template <> struct VectorOf<float> { typedef F32 type; };
template <> struct VectorOf<double> { typedef F64 type; };
VERISIM_INLINE F32 loadVector(const float* p) { return loadF32(p); }
VERISIM_INLINE F64 loadVector(const double* p) { return loadF64(p); }
VERISIM_INLINE void storeVector(float* p, F32 v) { storeF32(p, v); }
VERISIM_INLINE void storeVector(double* p, F64 v) { storeF64(p, v); }

template <class T, bool squared>
static void distances(const T* query, const T* rows, int64_t dimensions, T* out) {
  typedef typename VectorOf<T>::type V;
  constexpr int lanes = VERISIM_LANE_BYTES / static_cast<int>(sizeof(T));
  constexpr int unroll = 4;
  static_assert(neighbourBlock % (lanes * unroll) == 0);
  for (int64_t row = 0; row < neighbourBlock; row += lanes * unroll) {
    V sum[unroll] = {};
    for (int64_t d = 0; d < dimensions; d++) {
      const V q = all(query[d]);
#pragma GCC unroll 4
      for (int u = 0; u < unroll; u++) {
        const V difference = loadVector(rows + d * neighbourBlock + row + u * lanes) - q;
        if (squared)
          sum[u] = fma(difference, difference, sum[u]);
        else
          sum[u] += difference < V{} ? -difference : difference;
      }
    }
#pragma GCC unroll 4
    for (int u = 0; u < unroll; u++) storeVector(out + row + u * lanes, sum[u]);
  }
}

const NeighbourKernels kernels = {&distances<float, true>, &distances<float, false>, &distances<double, true>,
                                  &distances<double, false>};
