// Derivative-free minimisers for fits of two or three parameters: Nelder and Mead's simplex ("A simplex method for
// function minimization", 1965) and a search along one logarithmic axis.

/** The best point found. `f` may return Infinity where a point is not allowed. */
export function nelderMead(
  f: (point: readonly number[]) => number,
  start: readonly number[],
  step: number,
  maxEvaluations: number,
): number[] {
  const size = start.length;
  const corners = [[...start], ...start.map((_, i) => start.map((x, j) => (i === j ? x + step : x)))].map(
    (point) => ({ point, value: f(point) }),
  );
  let evaluations = corners.length;
  const attempt = (point: number[]): { point: number[]; value: number } => {
    evaluations++;
    return { point, value: f(point) };
  };
  while (evaluations < maxEvaluations) {
    corners.sort((a, b) => a.value - b.value);
    const best = corners[0]!;
    const worst = corners[size]!;
    if (worst.value - best.value <= 1e-10 * (1 + Math.abs(best.value))) break;
    const middle = start.map((_, j) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += corners[i]!.point[j]!;
      return sum / size;
    });
    const along = (t: number): number[] => middle.map((x, j) => x + t * (worst.point[j]! - x));
    const reflected = attempt(along(-1));
    if (reflected.value < best.value) {
      const expanded = attempt(along(-2));
      corners[size] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < corners[size - 1]!.value) {
      corners[size] = reflected;
    } else {
      const contracted = attempt(along(reflected.value < worst.value ? -0.5 : 0.5));
      if (contracted.value < Math.min(worst.value, reflected.value)) corners[size] = contracted;
      else {
        for (let i = 1; i <= size; i++)
          corners[i] = attempt(corners[i]!.point.map((x, j) => (x + best.point[j]!) / 2));
      }
    }
  }
  corners.sort((a, b) => a.value - b.value);
  return corners[0]!.point;
}

/**
 * The minimum of `f` over [low, high], low > 0, looked for on a logarithmic grid and then by golden sections around
 * its best point: likelihoods in a threshold parameter have several local optima.
 */
export function searchLogarithmic(f: (x: number) => number, low: number, high: number): number {
  const points = 12;
  const start = Math.log(low);
  const width = (Math.log(high) - start) / (points - 1);
  let best = 0;
  let bestValue = Number.POSITIVE_INFINITY;
  for (let i = 0; i < points; i++) {
    const value = f(Math.exp(start + i * width));
    if (value < bestValue) {
      best = i;
      bestValue = value;
    }
  }
  let a = start + Math.max(0, best - 1) * width;
  let b = start + Math.min(points - 1, best + 1) * width;
  const golden = 0.6180339887498949;
  let x1 = b - golden * (b - a);
  let x2 = a + golden * (b - a);
  let f1 = f(Math.exp(x1));
  let f2 = f(Math.exp(x2));
  for (let step = 0; step < 10; step++) {
    if (f1 < f2) {
      b = x2;
      x2 = x1;
      f2 = f1;
      x1 = b - golden * (b - a);
      f1 = f(Math.exp(x1));
    } else {
      a = x1;
      x1 = x2;
      f1 = f2;
      x2 = a + golden * (b - a);
      f2 = f(Math.exp(x2));
    }
  }
  const [x, value] = f1 < f2 ? [x1, f1] : [x2, f2];
  return value < bestValue ? Math.exp(x) : Math.exp(start + best * width);
}
