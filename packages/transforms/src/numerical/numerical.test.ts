import type { Column, ColumnMetadata, RowContext } from "@verisim/core";
import { numberColumn, rowUniform, sliceColumn, streamKey, VerisimError } from "@verisim/core";
import { normalCdf, normalQuantile } from "@verisim/stats";
import { describe, expect, test } from "vitest";
import type { ColumnTransform } from "../column-transform.ts";
import { ClusterBasedNormalizer } from "./cluster-based-normalizer.ts";
import { ECDFNormalizer } from "./ecdf-normalizer.ts";
import { FloatFormatter } from "./float-formatter.ts";
import { fitMixture } from "./gaussian-mixture.ts";
import { GaussianNormalizer } from "./gaussian-normalizer.ts";
import { LogScaler } from "./log-scaler.ts";
import { LogitScaler } from "./logit-scaler.ts";
import { OutlierEncoder } from "./outlier-encoder.ts";
import { countValues, mergeValueCounts, orderStatistics, totalCount, valueQuantile } from "./value-counts.ts";

const count = 4000;
const key = streamKey(9, "table", "x");
const context: RowContext = { key, rowStart: 0, rowCount: count };
const own = streamKey(10, "data");
const normals = Array.from({ length: count }, (_, row) => normalQuantile(rowUniform(own, row)));
const numerical: ColumnMetadata = { sdtype: "numerical" };

interface Encoded {
  readonly values: Float64Array;
  readonly codes: Int32Array;
  readonly decoded: Float64Array;
}

function through(
  transform: ColumnTransform,
  cells: readonly number[],
  metadata: ColumnMetadata = numerical,
): Encoded {
  const column = numberColumn("x", cells);
  const own = { ...context, rowCount: cells.length };
  const state = transform.fit(transform.analyze(column, metadata), metadata);
  const encoded = transform.encode(column, state, own);
  const decoded = transform.decode(encoded, state, own);
  return {
    values: encoded[0]?.kind === "continuous" ? encoded[0].values : new Float64Array(0),
    codes: encoded[1]?.kind === "discrete" ? encoded[1].codes : new Int32Array(0),
    decoded: decoded.kind === "number" ? decoded.values : new Float64Array(0),
  };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (VerisimError.isInstance(error)) return error.code;
    throw error;
  }
  return "none";
}

/** Kolmogorov's distance of the numbers to the standard normal distribution. */
function distanceToNormal(values: Float64Array): number {
  const sorted = values.slice().sort();
  let largest = 0;
  sorted.forEach((value, i) => {
    const p = normalCdf(value);
    largest = Math.max(largest, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  });
  return largest;
}

describe("FloatFormatter", () => {
  test("hands the array itself on and back where nothing is to be done", () => {
    const column = numberColumn("x", [0.1 + 0.2, Math.PI, Number.NaN]);
    const transform = new FloatFormatter({ missing: "keep", learnRounding: false });
    const state = transform.fit(transform.analyze(column), numerical);
    const [encoded] = transform.encode(column, state, context);
    expect(encoded).toMatchObject({ kind: "continuous", name: "x" });
    expect(encoded!.kind === "continuous" && encoded!.values).toBe(column.values);
    const decoded = transform.decode([encoded!], state, { ...context, rowCount: 3 });
    expect(decoded.kind === "number" && decoded.values).toBe(column.values);
  });

  test("rounds to the digits that were seen, half away from zero", () => {
    const column = numberColumn("x", [1.25, -3.5, 7]);
    const transform = new FloatFormatter();
    const state = transform.fit(transform.analyze(column), numerical);
    const made = transform.decode(
      [{ kind: "continuous", name: "x", values: Float64Array.of(0.125, -0.125, 2.344999, 1e300) }],
      state,
      { ...context, rowCount: 4 },
    );
    expect(made).toMatchObject({ values: Float64Array.of(0.13, -0.13, 2.34, 1e300) });
  });

  test("keeps a declared range always and the seen one on request", () => {
    const column = numberColumn("x", [2, 4]);
    const far = [{ kind: "continuous", name: "x", values: Float64Array.of(-100, 3, 100) } as const];
    const decode = (transform: FloatFormatter, metadata: ColumnMetadata): Column =>
      transform.decode(far, transform.fit(transform.analyze(column), metadata), { ...context, rowCount: 3 });
    expect(decode(new FloatFormatter(), numerical)).toMatchObject({ values: Float64Array.of(-100, 3, 100) });
    expect(decode(new FloatFormatter({ enforceMinMax: true }), numerical)).toMatchObject({
      values: Float64Array.of(2, 3, 4),
    });
    expect(decode(new FloatFormatter(), { ...numerical, rangeMin: 0, rangeMax: 50 })).toMatchObject({
      values: Float64Array.of(0, 3, 50),
    });
  });
});

describe("GaussianNormalizer", () => {
  test.each([
    ["gaussian", normals.map((z) => 40 + 12 * z)],
    ["gamma", normals.map((z) => -Math.log(1 - normalCdf(z)) * 3)],
    ["uniform", normals.map((z) => 10 + 5 * normalCdf(z))],
  ])("makes scores of %s data normal and takes them back", (_, cells) => {
    const { values, decoded } = through(new GaussianNormalizer(), cells);
    // 1.95 / sqrt(4000) = 0.031 would be passed once in 1,000 samples of the exact distribution.
    expect(distanceToNormal(values)).toBeLessThan(0.031);
    cells.forEach((cell, row) => {
      expect(Math.abs(decoded[row]! - cell)).toBeLessThan(1e-6 * Math.max(1, Math.abs(cell)));
    });
  });

  test("takes back outliers far beyond the family's tails", () => {
    const cells = [...normals.slice(0, 999), 1e6];
    const { values, decoded } = through(new GaussianNormalizer({ distribution: "uniform" }), cells);
    expect(Number.isFinite(values[999]!)).toBe(true);
    expect(Math.abs(decoded[999]! / 1e6 - 1)).toBeLessThan(1e-6);
  });
});

describe("ECDFNormalizer", () => {
  test("makes scores normal even where half of the rows are zero, and keeps the zeros", () => {
    const cells = normals.map((z) => (z < 0 ? 0 : Math.round(1000 * z)));
    const { values, decoded } = through(new ECDFNormalizer(), cells);
    expect(distanceToNormal(values)).toBeLessThan(0.031);
    cells.forEach((cell, row) => {
      if (cell === 0) expect(decoded[row]).toBe(0);
      // Neighbouring rows share a stretch: the error is below one percent of the spread but for the outermost rows.
      else if (cell < 2500) expect(Math.abs(decoded[row]! - cell)).toBeLessThan(10);
    });
  });

  test("stores no value that only one row has", () => {
    const cells = normals.map((z) => Math.round(z * 1e9) / 1e9);
    const column = numberColumn("x", cells);
    const transform = new ECDFNormalizer();
    const state = transform.fit(transform.analyze(column), numerical);
    const known = new Set(cells);
    expect([...state.low, ...state.high].filter((value) => known.has(value))).toEqual([]);
  });
});

describe("LogScaler", () => {
  test("takes logarithms above, or below, a constant that it finds or is given", () => {
    expect(through(new LogScaler(), [1, Math.E, 1]).values).toEqual(Float64Array.of(0, 1, 0));
    expect(through(new LogScaler({ constant: -1 }), [0, 9]).values[1]).toBeCloseTo(Math.log(10), 12);
    expect(through(new LogScaler({ constant: 100, invert: true }), [0, 99]).values).toEqual(
      Float64Array.of(Math.log(100), 0),
    );
    expect(through(new LogScaler(), [-5, 0, 12]).decoded).toEqual(Float64Array.of(-5, 0, 12));
  });

  test("names the value on the wrong side of a given constant", () => {
    expect(codeOf(() => through(new LogScaler({ constant: 3 }), [2, 5]))).toBe("VERISIM_TRANSFORM_DOMAIN");
  });
});

describe("LogitScaler", () => {
  test("decodes any number to one within the bounds", () => {
    const transform = new LogitScaler({ low: 0, high: 1, learnRounding: false });
    const column = numberColumn("x", [0.25, 0.5, 0, 1]);
    const state = transform.fit(transform.analyze(column), numerical);
    const [encoded] = transform.encode(column, state, context);
    expect(encoded!.kind === "continuous" && encoded!.values[0]).toBeCloseTo(-Math.log(3), 12);
    const made = transform.decode(
      [{ kind: "continuous", name: "x", values: Float64Array.of(-1e9, -3, 0, 40, 1e9) }],
      state,
      { ...context, rowCount: 5 },
    );
    const values = made.kind === "number" ? made.values : new Float64Array(0);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(values[2]).toBe(0.5);
  });

  test("names bounds that do not hold", () => {
    expect(codeOf(() => through(new LogitScaler({ low: 0, high: 1 }), [0.5, 2]))).toBe(
      "VERISIM_TRANSFORM_DOMAIN",
    );
  });
});

describe("ClusterBasedNormalizer", () => {
  const modes = normals.map((z, row) => {
    const u = rowUniform(own, row, 1);
    return u < 0.5 ? -20 + z : u < 0.8 ? 3 * z : 50 + 2 * z;
  });

  test("finds the components of a mixture and no more", () => {
    const components = fitMixture(Float64Array.from(modes).sort(), 10, 0.005);
    expect(components.length).toBe(3);
    const expected = [
      [0.5, -20, 1],
      [0.3, 0, 3],
      [0.2, 50, 2],
    ];
    components.forEach(({ weight, mean, deviation }, k) => {
      const [w, m, d] = expected[k]!;
      // Five standard errors of 4,000 rows.
      expect(Math.abs(weight - w!)).toBeLessThan(0.04);
      expect(Math.abs(mean - m!)).toBeLessThan(0.45);
      expect(Math.abs(deviation - d!)).toBeLessThan(0.3);
    });
  });

  test("encodes a row as a component and a place in it of ordinary size", () => {
    const { values, codes, decoded } = through(new ClusterBasedNormalizer(), modes);
    // Four deviations per unit: |place| > 1 is a 1-in-16,000 event within a component.
    expect(values.filter((value) => Math.abs(value) > 1).length).toBeLessThan(4);
    modes.forEach((cell, row) => {
      expect(codes[row]).toBe(cell < -10 ? 0 : cell < 25 ? 1 : 2);
      expect(Math.abs(decoded[row]! - cell)).toBeLessThan(1e-9);
    });
  });

  test("picks among overlapping components by their responsibility, by the row's own stream", () => {
    const cells = normals.map((z, row) => (rowUniform(own, row, 2) < 0.5 ? z : 2.5 + z));
    const transform = new ClusterBasedNormalizer({ maxClusters: 2 });
    const column = numberColumn("x", cells);
    const state = transform.fit(transform.analyze(column), numerical);
    expect(state.means.length).toBe(2);
    const middle = numberColumn("x", new Array<number>(2000).fill((state.means[0]! + state.means[1]!) / 2));
    const encode = (rowStart: number, rowCount: number): Int32Array => {
      const part = transform.encode(sliceColumn(middle, 0, rowCount), state, { key, rowStart, rowCount });
      return part[1]!.kind === "discrete" ? part[1]!.codes : new Int32Array(0);
    };
    const codes = encode(0, 2000);
    const upper = codes.reduce((sum, code) => sum + code, 0) / 2000;
    expect(upper).toBeGreaterThan(0.2);
    expect(upper).toBeLessThan(0.8);
    expect(encode(500, 100)).toEqual(codes.slice(500, 600));
  });

  test("keeps encoded values within [-1, 1] on request", () => {
    const { values } = through(new ClusterBasedNormalizer({ clip: true }), [...normals, 1e5]);
    expect(values.every((value) => Math.abs(value) <= 1)).toBe(true);
  });
});

describe("OutlierEncoder", () => {
  test("puts Tukey's outliers apart and brings the rest to the size of a few", () => {
    const cells = [...normals, 500, -800];
    const { values, codes, decoded } = through(new OutlierEncoder(), cells);
    expect(codes[count]).toBe(2);
    expect(codes[count + 1]).toBe(0);
    // 0.7 % of normal values lie outside of the fences; 4,000 rows: 28 with a deviation of 5.3.
    const outside = codes.filter((code) => code !== 1).length;
    expect(Math.abs(outside - 30)).toBeLessThan(27);
    expect(values.every((value) => Math.abs(value) < 7)).toBe(true);
    cells.forEach((cell, row) => {
      expect(Math.abs(decoded[row]! - cell)).toBeLessThan(1e-9 * Math.max(1, Math.abs(cell)));
    });
  });
});

describe("value counts", () => {
  test("stay small for any number of rows, at an error of a hundred-thousandth in rank", () => {
    const parts = [0, 1, 2, 3].map((part) =>
      countValues(
        numberColumn(
          "x",
          Array.from({ length: 150_000 }, (_, row) => rowUniform(own, row, 3 + part)),
        ),
      ),
    );
    const merged = parts.reduce(mergeValueCounts);
    expect(merged.values.length).toBeLessThanOrEqual(262_144 + 1);
    expect(totalCount(merged)).toBe(600_000);
    for (const p of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      // A quantile of 600,000 uniforms has a deviation of at most 0.00065: five deviations.
      expect(Math.abs(valueQuantile(merged, p) - p)).toBeLessThan(0.0033);
    }
    const sample = orderStatistics(merged, 5000);
    expect(sample.length).toBe(5000);
    expect(sample.every((value, i) => i === 0 || value >= sample[i - 1]!)).toBe(true);
  });
});
