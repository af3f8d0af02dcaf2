// The normal distribution for single numbers, in full double accuracy. packages/tensor maps whole arrays; this is for
// fits, starts and tests, which ask for one value at a time.
// Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969); Wichura, AS 241 (1988).

const sqrtTwoPi = 2.5066282746310002;
const centre = [
  0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356,
];
const centreBelow = [1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const middle = [
  1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002,
  2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const middleBelow = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
  34900.95272114598, 38912.00328609327, 19685.429676859992,
];
const tail = [
  0.023073441764940174, 0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
  0.000029112874951168793,
];
const tailBelow = [
  1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
  0.00007297515550839662,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  // By place: an iterator over lists of several lengths costs more than the sum.
  for (let i = 0; i < coefficients.length; i++) sum = sum * x + coefficients[i]!;
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
      2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
      1971.5909503065513, 133.14166789178438, 3.3871328727963665,
    ],
    [
      5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
      687.1870074920579, 42.31333070160091, 1,
    ],
  ],
  [
    [
      0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
      5.769497221460691, 4.630337846156546, 1.4234371107496835,
    ],
    [
      1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
      0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
    ],
  ],
  [
    [
      2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
      0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
    ],
    [
      2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
      0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
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
