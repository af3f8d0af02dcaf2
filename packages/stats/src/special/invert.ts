// Inverts a monotone function: Newton steps kept inside a shrinking bracket, bisection where a step leaves it.

export interface Increasing {
  /** Non-decreasing; its root is sought. */
  readonly value: (x: number) => number;
  /** Derivative of `value`; may be rough, it only sets the speed. */
  readonly slope: (x: number) => number;
  readonly start: number;
  readonly low: number;
  readonly high: number;
}

/** The root of an increasing function in [low, high], to within a few units in the last place of what it distinguishes. */
export function invertIncreasing({ value, slope, start, low, high }: Increasing): number {
  let x = Math.min(Math.max(start, low), high);
  const unit = 1e-6 * (high - low);
  for (let step = 0; step < 200; step++) {
    const error = value(x);
    if (error === 0) return x;
    if (error < 0) low = x;
    else high = x;
    const next = x - error / slope(x);
    if (next > low && next < high) {
      // Newton's error is the square of the step: this one is the last that changes a bit.
      if (Math.abs(next - x) <= 1e-9 * Math.max(Math.abs(x), unit)) return next;
      x = next;
    } else {
      const middle = low + (high - low) / 2;
      if (middle === low || middle === high) return x;
      x = middle;
    }
  }
  return x;
}
