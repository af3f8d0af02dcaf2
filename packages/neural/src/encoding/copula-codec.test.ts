import { type EncodedColumn, rowUniform, streamKey } from "@verisim/core";
import { normalCdf, normalQuantile } from "@verisim/stats";
import { describe, expect, test } from "vitest";
import { CopulaCodec, type CopulaFitOptions } from "./copula-codec.ts";
import { deviationsPerPlace } from "./modes.ts";

const key = streamKey(6, "copula codec");
const options: CopulaFitOptions = {
  missing: false,
  marginal: "empirical",
  maxClusters: 10,
  maxBlocks: 8,
  minGroup: 5,
  decimals: -1,
  unit: 1,
};
const columnOf = (values: Float64Array): EncodedColumn => ({ kind: "continuous", name: "x", values });
const uniform = (row: number): number => rowUniform(key, row, 1);

/** The normal scores that a column's cells are encoded as. */
function scoresOf(codec: CopulaCodec, values: Float64Array): Float64Array {
  const { alternatives, places } = codec.encode(columnOf(values), 0, uniform);
  const { means, deviations } = codec.state;
  return Float64Array.from(
    alternatives,
    (mode, row) => means[mode]! + deviationsPerPlace * deviations[mode]! * places[row]!,
  );
}

function decoded(codec: CopulaCodec, values: Float64Array): Float64Array {
  const { alternatives, places } = codec.encode(columnOf(values), 0, uniform);
  const into = new Float64Array(values.length);
  codec.decode(alternatives, Float64Array.from(places), columnOf(into));
  return into;
}

const skewed = Float64Array.from({ length: 4000 }, (_, row) => rowUniform(key, row) ** -2).sort();
/** Six tenths zeros, the others spread. */
const heavy = Float64Array.from({ length: 4000 }, (_, row) =>
  rowUniform(key, row, 2) < 0.6 ? 0 : Math.exp(4 * rowUniform(key, row, 3)),
).sort();

describe("numbers as normal scores", () => {
  test("are normal, whatever their distribution, and need a single mode", () => {
    const codec = CopulaCodec.fit(skewed, options);
    expect(codec.width).toBe(1);
    expect(codec.state.means[0]).toBeCloseTo(0, 1);
    expect(codec.state.deviations[0]).toBeCloseTo(1, 1);
    const scores = scoresOf(codec, skewed);
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      const score = scores[Math.floor(share * scores.length)]!;
      // Segments of up to eight rows hold their values evenly.
      expect(Math.abs(normalCdf(score) - share)).toBeLessThan(0.002);
    }
  });

  test("put a frequent value at the middle of its probabilities, and in a mode of its own", () => {
    const codec = CopulaCodec.fit(heavy, options);
    const zeros = heavy.filter((value) => value === 0).length / heavy.length;
    expect(codec.state.edges[1]).toBeCloseTo(normalQuantile(zeros), 9);
    expect(scoresOf(codec, Float64Array.of(0))[0]).toBeCloseTo(normalQuantile(zeros / 2), 3);
    const { alternatives } = codec.encode(columnOf(heavy), 0, uniform);
    const ownMode = alternatives[0]!;
    expect(alternatives.every((mode, row) => (mode === ownMode) === (heavy[row] === 0))).toBe(true);
    expect(codec.state.deviations[ownMode]).toBeLessThan(0.05);
  });

  test.each(["mixture", "stretches"] as const)("come back: cut as %s", (scores) => {
    const codec = CopulaCodec.fit(heavy, { ...options, scores });
    const back = decoded(codec, heavy);
    for (let row = 0; row < heavy.length; row++) {
      if (heavy[row] === 0) expect(back[row]).toBe(0);
      // Single precision of places; far values of a mode's tails are clipped.
      else if (row < heavy.length - 20)
        expect(Math.abs(back[row]! / heavy[row]! - 1)).toBeLessThan(scores === "stretches" ? 1e-4 : 0.05);
    }
  });

  test("in stretches hold equal shares of the rows, end to end, frequent values apart", () => {
    const codec = CopulaCodec.fit(heavy, { ...options, scores: "stretches" });
    const { weights, means, deviations, edges } = codec.state;
    expect(codec.width).toBe(8);
    expect(weights[0]).toBeCloseTo(heavy.filter((value) => value === 0).length / heavy.length, 9);
    for (const weight of weights.subarray(1)) expect(weight).toBeCloseTo((1 - weights[0]!) / 7, 2);
    const reach = (k: number): number => deviationsPerPlace * deviations[k]!;
    expect(means[0]! - reach(0)).toBeCloseTo(edges[0]!, 9);
    for (let k = 1; k < 8; k++) expect(means[k]! - reach(k)).toBeCloseTo(means[k - 1]! + reach(k - 1), 9);
    const counts = new Float64Array(8);
    for (const mode of codec.encode(columnOf(heavy), 0, uniform).alternatives) counts[mode]! += 1 / 4000;
    for (const [k, weight] of weights.entries()) expect(counts[k]).toBeCloseTo(weight, 2);
  });

  test("of a family by name are its scores", () => {
    const normal = Float64Array.from(
      { length: 2000 },
      (_, row) => 50 + 10 * normalQuantile((row + 0.5) / 2000),
    );
    const codec = CopulaCodec.fit(normal, { ...options, marginal: "gaussian" });
    const scores = scoresOf(codec, normal);
    for (const row of [20, 500, 1000, 1500, 1980])
      expect(Math.abs(scores[row]! - (normal[row]! - 50) / 10)).toBeLessThan(0.03);
  });

  test("beyond what was learnt count as the nearest that was; missing cells are the first alternative", () => {
    const codec = CopulaCodec.fit(skewed, { ...options, missing: true });
    const { alternatives, places } = codec.encode(
      columnOf(Float64Array.of(Number.NaN, -5, 1e12)),
      0,
      uniform,
    );
    expect([...alternatives]).toEqual([0, 1, 1]);
    expect([...places]).toEqual([0, -1, 1]);
    const into = new Float64Array(3);
    codec.decode(alternatives, Float64Array.from(places), columnOf(into));
    const [low, high] = codec.range();
    expect(into[0]).toBeNaN();
    expect(into[1]! / low).toBeCloseTo(1, 2);
    expect(into[2]).toBeLessThanOrEqual(high);
    expect(into[2]).toBeGreaterThan(high / 10);
  });
});
