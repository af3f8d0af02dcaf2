// Student's t with location and scale.

import { betaI, betaIInversePair, logBeta } from "../special/beta.ts";
import type { Distribution } from "./distribution.ts";
import { nelderMead } from "./minimize.ts";
import { standardise } from "./order-statistics.ts";

export type StudentTParameters = {
  /** Degrees of freedom, 0.5 to 1,000. */
  readonly degrees: number;
  readonly location: number;
  readonly scale: number;
};

export const studentT: Distribution<StudentTParameters> = {
  name: "student-t",
  fit(sorted) {
    // Its likelihood has no sufficient statistics, so fewer order statistics pay for the simplex.
    const sample = standardise(sorted, 2000);
    const { values } = sample;
    const spread = sample.high > sample.low;
    // Values that repeat make the likelihood grow without end as the scale shrinks onto them.
    const smallest = spread ? Math.log(0.02) : -25;
    const negative = ([location, logScale, logDegrees]: readonly number[]): number => {
      const degrees = Math.exp(logDegrees!);
      if (degrees < 0.5 || degrees > 1000 || logScale! < smallest || logScale! > 25)
        return Number.POSITIVE_INFINITY;
      const factor = 1 / (degrees * Math.exp(2 * logScale!));
      let sum = 0;
      for (const value of values) sum += Math.log1p((value - location!) ** 2 * factor);
      return (
        (0.5 * (degrees + 1) * sum) / values.length +
        logScale! +
        0.5 * logDegrees! +
        logBeta(0.5, 0.5 * degrees)
      );
    };
    const [location, logScale, logDegrees] = nelderMead(
      negative,
      [0, Math.log(spread ? 0.7 : 1e-9), Math.log(6)],
      0.4,
      160,
    );
    return {
      degrees: Math.exp(logDegrees!),
      location: sample.centre + sample.scale * location!,
      scale: sample.scale * Math.exp(logScale!),
    };
  },
  logDensity(x, p) {
    const t = (x - p.location) / p.scale;
    return (
      -0.5 * (p.degrees + 1) * Math.log1p((t * t) / p.degrees) -
      Math.log(p.scale) -
      0.5 * Math.log(p.degrees) -
      logBeta(0.5, 0.5 * p.degrees)
    );
  },
  cdf(x, p) {
    const t = (x - p.location) / p.scale;
    const square = t * t;
    if (square === Number.POSITIVE_INFINITY) return t > 0 ? 1 : 0;
    const sum = p.degrees + square;
    const outside = 0.5 * betaI(0.5 * p.degrees, 0.5, p.degrees / sum, square / sum);
    return t > 0 ? 1 - outside : outside;
  },
  quantile(u, p) {
    if (!(u >= 0 && u <= 1)) return Number.NaN;
    const { x, y } = betaIInversePair(0.5 * p.degrees, 0.5, 2 * Math.min(u, 1 - u));
    const size = Math.sqrt((p.degrees * y) / x);
    return p.location + p.scale * (u < 0.5 ? -size : size);
  },
};
