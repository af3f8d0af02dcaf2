// The normal distribution for single numbers, in full double accuracy. packages/tensor maps whole arrays; this is for
// fits, starts and tests, which ask for one value at a time.
// Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969); Wichura, AS 241 (1988).

const sqrtTwoPi = 2.5066282746310002;
const centre = [
  0.065682337918207449113, 2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582,
  18154.981253343561249,
];
const centreBelow = [1, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956];
const middle = [
  1.0765576773720192317e-8, 0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979,
  597.27027639480026226, 2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124,
  9842.7148383839780218,
];
const middleBelow = [
  1, 22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755,
  18615.571640885098091, 34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
];
const tail = [
  0.02307344176494017303, 0.21589853405795699, 0.1274011611602473639, 0.022235277649801899,
  0.001421619193227893466, 2.9112874951168792e-5,
];
const tailBelow = [
  1, 1.28426009614491121, 0.468238212480865118, 0.0659881378689285515, 0.00378239633202758244,
  7.29751555083966205e-5,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** exp(-x^2 / 2) without the rounding of x^2 being amplified by the exponential. */
function gauss(x: number): number {
  const near = Math.trunc(x * 16) / 16;
  return Math.exp(-near * near * 0.5) * Math.exp(-(x - near) * (x + near) * 0.5);
}

/** The probability above `x` for x >= 0.66291. */
function upperTail(x: number): number {
  if (x < 5.656854249492381) return (gauss(x) * polynomial(middle, x)) / polynomial(middleBelow, x);
  const square = 1 / (x * x);
  const ratio = (square * polynomial(tail, square)) / polynomial(tailBelow, square);
  return (gauss(x) * (1 / sqrtTwoPi - ratio)) / x;
}

/** Standard normal distribution function; relative accuracy about 1e-15 in the lower tail too. */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size <= 0.66291) {
    const square = x * x;
    return 0.5 + (x * polynomial(centre, square)) / polynomial(centreBelow, square);
  }
  const beyond = size > 38.6 ? 0 : upperTail(size);
  return x > 0 ? 1 - beyond : beyond;
}

const quantileTables = [
  [
    [
      2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
    ],
    [
      5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
    ],
  ],
  [
    [
      7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
      3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
    ],
    [
      1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
      6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
    ],
  ],
  [
    [
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
      2.9656057182850489123e-1, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
    ],
    [
      2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
      1.4875361290850615025e-2, 1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
    ],
  ],
] as const;

/** Inverse of {@link normalCdf}; p in [0, 1], -Infinity at 0 and Infinity at 1, NaN outside. */
export function normalQuantile(p: number): number {
  const fromCentre = p - 0.5;
  if (Math.abs(fromCentre) <= 0.425) {
    const r = 0.180625 - fromCentre * fromCentre;
    const [above, below] = quantileTables[0];
    return (fromCentre * polynomial(above, r)) / polynomial(below, r);
  }
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const smaller = Math.min(p, 1 - p);
  if (smaller === 0) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const root = Math.sqrt(-Math.log(smaller));
  const [above, below] = root <= 5 ? quantileTables[1] : quantileTables[2];
  const r = root <= 5 ? root - 1.6 : root - 5;
  const size = polynomial(above, r) / polynomial(below, r);
  return p < 0.5 ? -size : size;
}

/** Natural logarithm of the standard normal density. */
export function normalLogDensity(x: number): number {
  return -0.5 * x * x - 0.9189385332046727;
}

/** Error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  const scaled = x * Math.SQRT2;
  const square = scaled * scaled;
  if (Math.abs(scaled) <= 0.66291)
    return (2 * scaled * polynomial(centre, square)) / polynomial(centreBelow, square);
  return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
}

/** Complementary error function 1 - erf(x), accurate where erf(x) is near 1. */
export function erfc(x: number): number {
  return 2 * normalCdf(-x * Math.SQRT2);
}

/** Inverse of {@link erf} on (-1, 1). */
export function erfInverse(y: number): number {
  return normalQuantile((y + 1) / 2) / Math.SQRT2;
}

/** Inverse of {@link erfc} on (0, 2). */
export function erfcInverse(y: number): number {
  return -normalQuantile(y / 2) / Math.SQRT2;
}
