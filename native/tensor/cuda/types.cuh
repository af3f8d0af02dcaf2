// The few idioms that all kernels share. Kernel texts have no system headers: NVRTC compiles them as they are, and the
// host shim compiles the same text for the CPU.

#define VS_KERNEL extern "C" __global__ void
#define VS_INLINE static __device__ __forceinline__

// The thread's number over the whole launch; 64 bits, since arrays may hold 2^31 words.
VS_INLINE i64 globalThread() { return (i64)blockIdx.x * blockDim.x + threadIdx.x; }

VS_INLINE float infinity() { return __int_as_float(0x7f800000); }

// NaN wins, as everywhere in programs.
VS_INLINE float largest(float a, float b) { return a != a || a > b ? a : b; }
