// Optimizer updates of all parameters in one launch. A row of `parts` is a stretch of one parameter: its addresses (p, g,
// m, v or fewer) and its length, made when the program is loaded.

// Kingma and Ba 2015, algorithm 1; decoupled: Loshchilov and Hutter 2019.
VS_KERNEL adam(const Part* parts, const float* t, const float* rate, int decoupled, float beta1, float beta2, float epsilon,
               float weightDecay) {
  const Part part = parts[blockIdx.x];
  // In double precision: 1 - beta^t is a small difference while t is small.
  __shared__ float corrections[2];
  if (threadIdx.x == 0) {
    corrections[0] = (float)(1.0 - pow((double)beta1, (double)*t));
    corrections[1] = (float)(1.0 - pow((double)beta2, (double)*t));
  }
  __syncthreads();
  const float firstCorrection = corrections[0], secondCorrection = corrections[1];
  const float speed = *rate;
  for (i64 i = threadIdx.x; i < part.length; i += blockDim.x) {
    float p = part.a[i], g = part.b[i];
    if (decoupled)
      p -= speed * weightDecay * p;
    else
      g += weightDecay * p;
    const float m = beta1 * part.c[i] + (1.0f - beta1) * g;
    const float v = beta2 * part.d[i] + (1.0f - beta2) * g * g;
    part.c[i] = m;
    part.d[i] = v;
    part.a[i] = p - speed * (m / firstCorrection) / (sqrtf(v / secondCorrection) + epsilon);
  }
}

VS_KERNEL sgd(const Part* parts, const float* rate, int nesterov, float momentum, float weightDecay) {
  const Part part = parts[blockIdx.x];
  const float speed = *rate;
  for (i64 i = threadIdx.x; i < part.length; i += blockDim.x) {
    const float p = part.a[i];
    const float g = part.b[i] + weightDecay * p;
    const float velocity = momentum * part.c[i] + g;
    part.c[i] = velocity;
    part.a[i] = p - speed * (nesterov ? g + momentum * velocity : velocity);
  }
}

VS_KERNEL ema(const Part* parts, float decay) {
  const Part part = parts[blockIdx.x];
  for (i64 i = threadIdx.x; i < part.length; i += blockDim.x)
    part.a[i] = decay * part.a[i] + (1.0f - decay) * part.b[i];
}
