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

/** The root of an increasing function in [low, high], to the last bits that the function distinguishes. */
export function invertIncreasing({ value, slope, start, low, high }: Increasing): number {
  let x = Math.min(Math.max(start, low), high);
  for (let step = 0; step < 200; step++) {
    const error = value(x);
    if (error === 0) return x;
    if (error < 0) low = x;
    else high = x;
    let next = x - error / slope(x);
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (next === x || next === low || next === high) return x;
    if (Math.abs(next - x) <= 4e-17 * Math.abs(x)) return next;
    x = next;
  }
  return x;
}
