import { describe, expect, it } from "vitest";
import { betaI, betaIInverse, betaIInversePair, logBeta } from "./beta.ts";
import { digamma, gammaP, gammaPInverse, gammaQ, logGamma, trigamma } from "./gamma.ts";

// Reference values: mpmath 1.3 with 40 digits.
const singles: [string, (x: number) => number, [number, number][]][] = [
  [
    "logGamma",
    logGamma,
    [
      [1e-8, 18.42068073818021],
      [0.01, 4.599479878042022],
      [0.5, 0.5723649429247001],
      [1, 0],
      [1.5, -0.12078223763524522],
      [2, 0],
      [3.7, 1.428072326665388],
      [9.99, 12.779315214350193],
      [10, 12.801827480081469],
      [55.5, 166.32150615984037],
      [1000, 5905.220423209181],
      [100000000, 1742068066.1038346],
    ],
  ],
  [
    "digamma",
    digamma,
    [
      [0.01, -100.56088545786868],
      [0.5, -1.9635100260214235],
      [1, -0.5772156649015329],
      [3.3, 1.0348224890596216],
      [20, 2.970523992242149],
      [100000, 11.512920464961896],
    ],
  ],
  [
    "trigamma",
    trigamma,
    [
      [0.01, 10001.621213528313],
      [0.5, 4.934802200544679],
      [1, 1.6449340668482264],
      [3.3, 0.3535015418410618],
      [20, 0.05127082293520312],
      [100000, 0.000010000050000166667],
    ],
  ],
];
/** [a, b, log B(a, b)] */
const logBetas: [number, number, number][] = [
  [0.01, 0.01, 5.298155239985667],
  [0.5, 0.5, 1.1447298858494002],
  [2, 3, -2.4849066497880004],
  [0.1, 50, 1.8624127456700046],
  [5, 1000, -31.370707597807833],
  [30, 40, -48.30174909591612],
  [10000, 100000, -33513.60927656998],
  [0.001, 1000000, 6.893363375325389],
];
/** [a, x, P(a, x), Q(a, x)] */
const incompleteGammas: [number, number, number, number][] = [
  [0.01, 1e-20, 0.6345579205489967, 0.36544207945100327],
  [0.01, 0.5, 0.9943732438060329, 0.0056267561939671844],
  [0.5, 0.1, 0.345279153981423, 0.654720846018577],
  [0.5, 3, 0.9856941215645704, 0.01430587843542964],
  [1, 1, 0.6321205588285577, 0.36787944117144233],
  [2.5, 0.1, 0.0008861387888124426, 0.9991138612111875],
  [2.5, 20, 0.99999985066321, 1.4933679000503952e-7],
  [50, 30, 0.0005188914625480343, 0.999481108537452],
  [50, 80, 0.9998692160234086, 0.00013078397659141034],
  [1000, 1000, 0.5042052441802155, 0.4957947558197845],
  [1000, 900, 0.0005499022657117829, 0.9994500977342882],
  [1000, 1200, 0.9999999987118394, 1.2881606086281433e-9],
  [100000, 100300, 0.8286363112512076, 0.17136368874879235],
];
/** [a, b, x, I_x(a, b)] */
const incompleteBetas: [number, number, number, number][] = [
  [0.1, 0.1, 1e-10, 0.05072372743937815],
  [0.5, 0.5, 0.3, 0.36901011956554536],
  [2, 3, 0.4, 0.5248],
  [2, 3, 0.999, 0.999999996003],
  [0.2, 8, 0.01, 0.6431119200698496],
  [8, 0.2, 0.99, 0.35688807993015026],
  [50, 60, 0.4, 0.12470685834310036],
  [500, 400, 0.55, 0.36785761969962205],
  [500, 400, 0.5, 0.0004214172902810129],
  [2000, 3000, 0.42, 0.9979723323959719],
  [1, 1, 0.7, 0.7],
  [3, 0.5, 0.00001, 3.125011718820314e-16],
];

function relativeError(value: number, reference: number): number {
  return Math.abs(value - reference) / (Math.abs(reference) || 1);
}

/** [a, x, P(a, x), Q(a, x)], where the terms of the series would be thousands. */
const largeGammas: [number, number, number, number][] = [
  [1e4, 1e4, 0.5013298083399552, 0.4986701916600448],
  [1e4, 1.02e4, 0.9767126778664013, 0.02328732213359879],
  [2e4, 19_500, 0.00018327005188799355, 0.999816729948112],
  [1e5, 100_900, 0.9977344721794367, 0.0022655278205633736],
  [1e6, 997_000, 0.0013381041673135986, 0.9986618958326864],
  [1e8, 100_025_000, 0.9937872670710577, 0.006212732928942353],
];

describe("special functions", () => {
  it.each(largeGammas)("the incomplete gamma function of %d at %d (SciPy 1.17)", (a, x, p, q) => {
    expect(relativeError(gammaP(a, x), p)).toBeLessThan(1e-11);
    expect(relativeError(gammaQ(a, x), q)).toBeLessThan(1e-11);
    expect(relativeError(gammaPInverse(a, p), x)).toBeLessThan(1e-11);
  });

  it.each(singles)("%s is right to 2e-14", (_name, f, rows) => {
    for (const [x, reference] of rows) expect(relativeError(f(x), reference)).toBeLessThan(2e-14);
  });

  it("logBeta does not cancel for large parameters", () => {
    for (const [a, b, reference] of logBetas)
      expect(relativeError(logBeta(a, b), reference)).toBeLessThan(1e-14);
  });

  it("incomplete gamma functions are right to 1e-12 in both tails", () => {
    for (const [a, x, p, q] of incompleteGammas) {
      expect(relativeError(gammaP(a, x), p)).toBeLessThan(1e-13);
      expect(relativeError(gammaQ(a, x), q)).toBeLessThan(1e-12);
    }
  });

  it("incomplete beta functions are right to 1e-13", () => {
    for (const [a, b, x, p] of incompleteBetas) expect(relativeError(betaI(a, b, x), p)).toBeLessThan(1e-13);
  });

  it("inverses come back to the probability within 1e-12", () => {
    const probabilities = [1e-300, 1e-12, 1e-5, 0.01, 0.3, 0.5, 0.7, 0.99];
    for (const a of [0.3, 1, 2.5, 40, 1e4]) {
      for (const p of probabilities) {
        expect(Math.abs(gammaP(a, gammaPInverse(a, p)) - p)).toBeLessThan(1e-12);
        for (const b of [0.5, 1, 3, 60]) {
          const { x, y } = betaIInversePair(a, b, p);
          expect(Math.abs(betaI(a, b, x, y) - p)).toBeLessThan(1e-12);
        }
      }
    }
  });

  it("inverses give the ends at 0 and 1 and NaN outside", () => {
    expect(gammaPInverse(2, 0)).toBe(0);
    expect(gammaPInverse(2, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(gammaPInverse(2, 1.5)).toBeNaN();
    expect(betaIInverse(2, 3, 0)).toBe(0);
    expect(betaIInverse(2, 3, 1)).toBe(1);
    expect(betaIInverse(2, 3, -0.1)).toBeNaN();
  });
});
