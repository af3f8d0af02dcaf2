// The incomplete gamma function of large shapes near its middle, where the series and the fraction need a number of terms
// that grows with the root of the shape: Temme's uniform expansion takes a dozen (Temme, "The asymptotic expansion of the
// incomplete gamma functions", SIAM J. Math. Anal. 10, 1979; NIST Digital Library of Mathematical Functions, 8.12).

import { erfc } from "../normal.ts";

/** From here on three terms in 1/a give fifteen digits. */
export const largeShape = 1e4;
/** How far x may lie from a, as a share of a. */
export const nearMiddle = 0.1;

/** Powers of eta in the coefficients of 1, 1/a and 1/a^2. */
const coefficients = [
  [
    -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073,
    0.0003527336860670194, -0.0001787551440329218, 0.00003919263178522438,
  ],
  [
    -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596,
    0.00020576131687242798,
  ],
  [0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049],
] as const;

/**
 * Q(a, x) above a, P(a, x) below it: the smaller of the two, with full relative accuracy.
 * @param deviance x - a - a log(x / a)
 */
export function smallerTail(a: number, x: number, deviance: number): number {
  const eta = Math.sign(x - a) * Math.sqrt((2 * deviance) / a);
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--)
    sum = sum / a + coefficients[k]!.reduceRight((rest, coefficient) => rest * eta + coefficient, 0);
  const rest = (Math.exp(-deviance) / Math.sqrt(2 * Math.PI * a)) * sum;
  return 0.5 * erfc(Math.sqrt(deviance)) + (x > a ? rest : -rest);
}
