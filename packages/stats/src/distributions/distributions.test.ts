import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import {
  chooseDistribution,
  type DistributionParameters,
  distributions,
  gaussianKde,
  kolmogorovDistance,
} from "./index.ts";

// [x, log density, cdf]: scipy 1.17.1.
const references: Record<string, { parameters: DistributionParameters; rows: [number, number, number][] }[]> =
  {
    gaussian: [
      {
        parameters: { mean: 3, deviation: 2 },
        rows: [
          [-20, -67.73708571376461, 6.595771446113675e-31],
          [-1, -3.612085713764618, 0.022750131948179195],
          [3, -1.612085713764618, 0.5],
          [4.5, -1.893335713764618, 0.7733726476231317],
          [12, -11.737085713764618, 0.9999966023268753],
        ],
      },
    ],
    uniform: [
      {
        parameters: { low: -2, high: 6 },
        rows: [
          [-1.5, -2.0794415416798357, 0.0625],
          [0, -2.0794415416798357, 0.25],
          [5.9, -2.0794415416798357, 0.9875],
        ],
      },
    ],
    beta: [
      {
        parameters: { a: 2.5, b: 0.7, location: -1, scale: 4 },
        rows: [
          [-0.9, -6.5721634897451855, 0.000055828649274239605],
          [0, -3.0395765709138693, 0.018641513493902688],
          [1.7, -1.2988245041382585, 0.2598934228809676],
          [2.9, 0.02224747328817811, 0.8506086181205424],
        ],
      },
      {
        parameters: { a: 60, b: 300, location: 0, scale: 1 },
        rows: [
          [0.1, -4.117641679242126, 0.00005815880461401815],
          [0.16, 2.9837038716577524, 0.37776333573285703],
          [0.2, 1.5609143125359708, 0.9502097427186622],
          [0.3, -14.442530703814612, 0.9999999977335843],
        ],
      },
    ],
    gamma: [
      {
        parameters: { shape: 0.4, location: 0, scale: 3 },
        rows: [
          [0.001, 2.9081971008869205, 0.0458202408167061],
          [0.5, -0.9869010914997274, 0.5254261980111323],
          [3, -2.8952901063698935, 0.8805261050857099],
          [30, -13.27684116216632, 0.9999951275445785],
        ],
      },
      {
        parameters: { shape: 250, location: 0, scale: 0.1 },
        rows: [
          [18, -13.174929908334311, 4.7189442980547454e-7],
          [25, -1.3774172322974798, 0.508410626968991],
          [31, -7.814683707677991, 0.999806166446119],
        ],
      },
    ],
    "student-t": [
      {
        parameters: { degrees: 2.7, location: 1, scale: 0.5 },
        rows: [
          [-30, -13.75070698067333, 0.000012256933121258951],
          [0.2, -1.5502531839548785, 0.10889937741387273],
          [1, -0.3165265645371086, 0.5],
          [1.01, -0.3168006183114044, 0.507286090924339],
          [8, -8.268833661149962, 0.9993281067396272],
        ],
      },
      {
        parameters: { degrees: 400, location: 0, scale: 1 },
        rows: [
          [-4, -8.783316519786652, 0.00003773033632986302],
          [0.5, -1.0448368887065895, 0.6913249890482182],
          [3, -5.380810623985114, 0.9985656454925917],
        ],
      },
    ],
    "truncated-gaussian": [
      {
        parameters: { mean: 1, deviation: 2, low: 0, high: 5 },
        rows: [
          [0.01, -1.3321969014260429, 0.0026356946794714154],
          [1, -1.2096844014260428, 0.28631513563842487],
          [3, -1.7096844014260428, 0.7967659395179817],
          [4.9, -3.1109344014260434, 0.9957561309265518],
        ],
      },
      {
        parameters: { mean: -10, deviation: 1, low: 0, high: 2 },
        rows: [
          [0.001, 2.3023461175409423, 0.010047768981328663],
          [0.1, 1.3073466175409436, 0.6375114504342683],
          [0.5, -2.812653382459061, 0.994331903610905],
        ],
      },
    ],
    "log-laplace": [
      {
        parameters: { shape: 1.7, location: -1, scale: 2 },
        rows: [
          [-0.99, -4.564488266641345, 0.00006126592736743635],
          [0, -1.3408691364496819, 0.15389305166811454],
          [1.2, -1.1130035955293975, 0.5747910085036798],
          [40, -9.010813302647499, 0.9970556567357614],
        ],
      },
    ],
  };

function quantiles(name: string, parameters: DistributionParameters, count: number): Float64Array {
  const family = distributions.get(name)!;
  const random = new RowRandom(streamKey(7, name), 0);
  return Float64Array.from({ length: count }, () => family.quantile(random.uniform(), parameters)).sort();
}

describe.each(Object.entries(references))("%s", (name, cases) => {
  const family = distributions.get(name)!;

  it("has scipy's density and cdf to 1e-12", () => {
    for (const { parameters, rows } of cases) {
      for (const [x, logDensity, cdf] of rows) {
        expect(Math.abs(family.logDensity(x, parameters) - logDensity)).toBeLessThan(
          1e-12 * Math.max(1, -logDensity),
        );
        expect(Math.abs(family.cdf(x, parameters) / cdf - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("inverts its cdf to 1e-10", () => {
    for (const { parameters } of cases) {
      for (const p of [1e-9, 1e-4, 0.02, 0.3, 0.5, 0.77, 0.99, 1 - 1e-6])
        expect(Math.abs(family.cdf(family.quantile(p, parameters), parameters) - p)).toBeLessThan(1e-10);
    }
  });

  // 20,000 draws: Kolmogorov's distance of the true cdf is below 0.0115 in 99 % of samples; a fit may follow the sample.
  it("fits its own samples to within sampling error", () => {
    for (const { parameters } of cases) {
      const sample = quantiles(name, parameters, 20_000);
      const fitted = family.fit(sample);
      expect(kolmogorovDistance(sample, (x) => family.cdf(x, fitted))).toBeLessThan(0.0125);
    }
  });
});

describe("Gaussian kernels", () => {
  it("are scipy's gaussian_kde on few values", () => {
    const parameters = gaussianKde.fit(Float64Array.of(1, 2, 2.5, 4, 7, 7.5, 11));
    const rows: [number, number, number][] = [
      [-3, -4.481289466738714, 0.012372525773446162],
      [2, -2.4202966478985215, 0.25971449780842915],
      [5, -2.4769217248015454, 0.5301400152605699],
      [14, -4.415839561439865, 0.9833362463116013],
    ];
    for (const [x, logDensity, cdf] of rows) {
      expect(gaussianKde.logDensity(x, parameters)).toBeCloseTo(logDensity, 11);
      expect(gaussianKde.cdf(x, parameters)).toBeCloseTo(cdf, 12);
      expect(gaussianKde.quantile(cdf, parameters)).toBeCloseTo(x, 9);
    }
  });

  it("keep at most 256 kernels and the mean and follow two modes", () => {
    const left = quantiles("gaussian", { mean: -5, deviation: 1 }, 6000);
    const right = quantiles("gaussian", { mean: 5, deviation: 0.5 }, 4000);
    const sample = Float64Array.of(...left, ...right).sort();
    const parameters = gaussianKde.fit(sample);
    expect(parameters.centres.length).toBe(256);
    const average = parameters.centres.reduce((sum, centre, i) => sum + centre * parameters.weights[i]!, 0);
    expect(average).toBeCloseTo(sample.reduce((sum, x) => sum + x, 0) / sample.length, 9);
    // Scott's bandwidth is 0.8 here and smooths the two modes: distance below 0.1, against 0.17 for one Gaussian.
    expect(kolmogorovDistance(sample, (x) => gaussianKde.cdf(x, parameters))).toBeLessThan(0.1);
    expect(gaussianKde.cdf(0, parameters)).toBeCloseTo(0.6, 2);
  });
});

describe("every family", () => {
  const samples: Record<string, number[]> = {
    "one value": [42],
    "two values": [1, 2],
    "a constant": [7, 7, 7, 7, 7],
    "a constant zero": [0, 0, 0],
    "one outlier": [...Array.from({ length: 50 }, (_, i) => i / 50), 1e12],
    "huge numbers": [-1e200, 0, 1e200, 2e200],
    "tiny numbers": [1e-200, 2e-200, 5e-200],
    "mostly zeros": [...Array.from({ length: 90 }, () => 0), 1, 2, 5, 9, 30, 70, 100, 400, 900, 1000],
    "large offset": Array.from({ length: 40 }, (_, i) => 1.7e15 + i * 1e6),
  };

  it.each([...distributions.keys()])(
    "%s fits tiny, constant and extreme data to finite parameters",
    (name) => {
      const family = distributions.get(name)!;
      for (const [what, values] of Object.entries(samples)) {
        const parameters = family.fit(Float64Array.from(values));
        for (const parameter of Object.values(parameters).flat())
          expect(Number.isFinite(parameter), `${what}: ${JSON.stringify(parameters)}`).toBe(true);
        let before = Number.NEGATIVE_INFINITY;
        for (const p of [0.001, 0.25, 0.5, 0.75, 0.999]) {
          const x = family.quantile(p, parameters);
          expect(x, `${what} at ${p}: ${JSON.stringify(parameters)}`).toBeGreaterThanOrEqual(before);
          before = x;
        }
        for (const x of values) {
          const p = family.cdf(x, parameters);
          expect(p >= 0 && p <= 1, `${what} at ${x}`).toBe(true);
        }
      }
    },
  );

  it("is chosen for the data that it made", () => {
    const names = ["gaussian", "gamma", "beta", "student-t", "uniform", "log-laplace"];
    const made: [string, DistributionParameters][] = [
      ["gamma", { shape: 0.7, location: 2, scale: 5 }],
      ["student-t", { degrees: 1.5, location: 0, scale: 1 }],
      ["log-laplace", { shape: 2, location: 0, scale: 3 }],
    ];
    for (const [name, parameters] of made)
      expect(chooseDistribution(quantiles(name, parameters, 5000), names).family.name).toBe(name);
  });
});
