// A step along a direction that lowers a smooth function enough: J. J. More, D. J. Thuente, "Line Search Algorithms with
// Guaranteed Sufficient Decrease", ACM TOMS 20 (1994), sections 2 to 4, with the constants of L-BFGS-B 3.0, so that the
// iterates are those of the programs built on it.

/** Sufficient decrease, curvature, and the relative width of the interval at which the search gives up. */
const decrease = 1e-3;
const curvature = 0.9;
const narrow = 0.1;
const largestStep = 1e10;

/** Value and slope at a step. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/**
 * Searches from step 0. Returns the last point that was tried, which is the accepted one, or null after `mostTries` tries.
 *
 * @param start value and slope at 0; the slope is negative
 * @param evaluate value and slope at a step; whoever calls keeps what belongs to the last step
 */
export function searchLine(
  start: Omit<LinePoint, "step">,
  firstStep: number,
  mostTries: number,
  evaluate: (step: number) => Omit<LinePoint, "step">,
): LinePoint | null {
  const slopeTest = decrease * start.slope;
  let isBracketed = false;
  let isFirstStage = true;
  let width = largestStep;
  let earlierWidth = 2 * width;
  let best: LinePoint = { step: 0, ...start };
  let other: LinePoint = best;
  let low = 0;
  let high = 5 * firstStep;
  let step = firstStep;
  for (let tries = 0; tries < mostTries; tries++) {
    const point: LinePoint = { step, ...evaluate(step) };
    const valueTest = start.value + step * slopeTest;
    if (isFirstStage && point.value <= valueTest && point.slope >= 0) isFirstStage = false;
    const isStuck = isBracketed && (step <= low || step >= high || high - low <= narrow * high);
    const isAtEnd = step === largestStep && point.value <= valueTest && point.slope <= slopeTest;
    const isAtStart = step === 0 && (point.value > valueTest || point.slope >= slopeTest);
    const isGood = point.value <= valueTest && Math.abs(point.slope) <= curvature * -start.slope;
    if (isStuck || isAtEnd || isAtStart || isGood) return point;

    // In the first stage, while the decrease is not enough, the function less the line of sufficient decrease is searched.
    const tilt = isFirstStage && point.value <= best.value && point.value > valueTest ? slopeTest : 0;
    const tilted = (at: LinePoint): LinePoint => ({
      step: at.step,
      value: at.value - at.step * tilt,
      slope: at.slope - tilt,
    });
    const next = nextInterval(tilted(best), tilted(other), tilted(point), isBracketed, low, high);
    const straight = (at: LinePoint): LinePoint => ({
      step: at.step,
      value: at.value + at.step * tilt,
      slope: at.slope + tilt,
    });
    best = straight(next.best);
    other = straight(next.other);
    isBracketed = next.isBracketed;
    const tried = step;
    step = next.step;
    if (isBracketed) {
      if (Math.abs(other.step - best.step) >= 0.66 * earlierWidth)
        step = best.step + 0.5 * (other.step - best.step);
      earlierWidth = width;
      width = Math.abs(other.step - best.step);
      low = Math.min(best.step, other.step);
      high = Math.max(best.step, other.step);
    } else {
      // The bounds of the extrapolation, from the step that the rules give.
      low = step + 1.1 * (step - best.step);
      high = step + 4 * (step - best.step);
    }
    step = Math.min(largestStep, Math.max(0, step));
    if (isBracketed && (step <= low || step >= high || high - low <= narrow * high)) step = best.step;
    if (!Number.isFinite(step)) step = tried / 2;
  }
  return null;
}

/** The rules of section 4 for a trial point: the new interval and the next step. */
function nextInterval(
  best: LinePoint,
  other: LinePoint,
  point: LinePoint,
  wasBracketed: boolean,
  low: number,
  high: number,
): { best: LinePoint; other: LinePoint; step: number; isBracketed: boolean } {
  const signsDiffer = point.slope * (best.slope / Math.abs(best.slope)) < 0;
  const towards = best.step - point.step;
  let isBracketed = wasBracketed;
  let step: number;
  if (point.value > best.value) {
    const { theta, gamma } = cubic(best, point, point.step < best.step ? -1 : 1);
    const part = (gamma - best.slope + theta) / (gamma - best.slope + gamma + point.slope);
    const byCubic = best.step + part * (point.step - best.step);
    const secant = (best.value - point.value) / (point.step - best.step) + best.slope;
    const byParabola = best.step + (best.slope / secant / 2) * (point.step - best.step);
    step =
      Math.abs(byCubic - best.step) < Math.abs(byParabola - best.step)
        ? byCubic
        : byCubic + (byParabola - byCubic) / 2;
    isBracketed = true;
  } else if (signsDiffer) {
    const { theta, gamma } = cubic(best, point, point.step > best.step ? -1 : 1);
    const part = (gamma - point.slope + theta) / (gamma - point.slope + gamma + best.slope);
    const byCubic = point.step + part * towards;
    const bySecant = point.step + (point.slope / (point.slope - best.slope)) * towards;
    step = Math.abs(byCubic - point.step) > Math.abs(bySecant - point.step) ? byCubic : bySecant;
    isBracketed = true;
  } else if (Math.abs(point.slope) < Math.abs(best.slope)) {
    const { theta, gamma } = cubic(best, point, point.step > best.step ? -1 : 1);
    const part = (gamma - point.slope + theta) / (gamma + (best.slope - point.slope) + gamma);
    const byCubic =
      part < 0 && gamma !== 0 ? point.step + part * towards : point.step > best.step ? high : low;
    const bySecant = point.step + (point.slope / (point.slope - best.slope)) * towards;
    const cubicIsNearer = Math.abs(byCubic - point.step) < Math.abs(bySecant - point.step);
    if (wasBracketed) {
      step = cubicIsNearer ? byCubic : bySecant;
      const limit = point.step + 0.66 * (other.step - point.step);
      step = point.step > best.step ? Math.min(limit, step) : Math.max(limit, step);
    } else {
      const cubicIsFarther = Math.abs(byCubic - point.step) > Math.abs(bySecant - point.step);
      step = Math.max(low, Math.min(high, cubicIsFarther ? byCubic : bySecant));
    }
  } else if (wasBracketed) {
    const { theta, gamma } = cubic(other, point, point.step > other.step ? -1 : 1);
    const part = (gamma - point.slope + theta) / (gamma - point.slope + gamma + other.slope);
    step = point.step + part * (other.step - point.step);
  } else step = point.step > best.step ? high : low;

  if (point.value > best.value) return { best, other: point, step, isBracketed };
  return { best: point, other: signsDiffer ? best : other, step, isBracketed };
}

/** The coefficients of the cubic through two points with their slopes. */
function cubic(a: LinePoint, b: LinePoint, sign: number): { theta: number; gamma: number } {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const square = (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale);
  return { theta, gamma: sign * scale * Math.sqrt(Math.max(0, square)) };
}
