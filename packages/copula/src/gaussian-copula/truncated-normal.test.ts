import { rowUniform, streamKey } from "@verisim/core";
import { normalQuantile } from "@verisim/stats";
import { describe, expect, it } from "vitest";
import { TruncatedNormal } from "./truncated-normal.ts";

const INF = Number.POSITIVE_INFINITY;

/** Textbook Cholesky: the class takes any. */
async function choleskyOf(matrix: Float64Array, size: number): Promise<Float64Array> {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]!;
    }
  }
  return factor;
}

const correlation = (rho: number): Float64Array => Float64Array.of(1, rho, rho, 1);

async function draws(
  rho: number,
  ranges: ReadonlyMap<number, Float64Array>,
  rows: number,
): Promise<{ order: Int32Array; samples: Float64Array[]; normal: TruncatedNormal }> {
  const normal = await TruncatedNormal.create(correlation(rho), 2, ranges, 32, choleskyOf);
  const key = streamKey(5, "truncated normal test");
  const samples: Float64Array[] = [];
  for (let row = 0; row < rows; row++) {
    const values = new Float64Array(normal.bound);
    normal.draw((draw, entry) => rowUniform(key, row, draw, entry), values, new Float64Array(normal.bound));
    samples.push(values);
  }
  return { order: normal.order, samples, normal };
}

/** Moments of the same truncated normal by rejection from 400,000 draws. */
function rejected(
  rho: number,
  inside: (x: number, y: number) => boolean,
): { mean: [number, number]; share: number } {
  const key = streamKey(6, "rejection");
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  const total = 400_000;
  for (let row = 0; row < total; row++) {
    const x = normalQuantile(rowUniform(key, row, 0));
    const y = rho * x + Math.sqrt(1 - rho * rho) * normalQuantile(rowUniform(key, row, 1));
    if (!inside(x, y)) continue;
    count++;
    sumX += x;
    sumY += y;
  }
  return { mean: [sumX / count, sumY / count], share: count / total };
}

describe("TruncatedNormal", () => {
  it("draws the truncated normal that rejection draws, with two bound entries", async () => {
    const ranges = new Map([
      [0, Float64Array.of(0.5, INF)],
      [1, Float64Array.of(-1, -0.2, 1, 1.5)],
    ]);
    const reference = rejected(0.7, (x, y) => x >= 0.5 && ((y >= -1 && y < -0.2) || (y >= 1 && y < 1.5)));
    const { order, samples, normal } = await draws(0.7, ranges, 20_000);
    const means = [0, 1].map((latent) => {
      const place = order.indexOf(latent);
      return samples.reduce((sum, values) => sum + values[place]! / samples.length, 0);
    });
    // Standard errors: about 0.004 here and 0.003 in the reference; five of them fail once in two million runs.
    expect(Math.abs(means[0]! - reference.mean[0])).toBeLessThan(0.025);
    expect(Math.abs(means[1]! - reference.mean[1])).toBeLessThan(0.04);
    const key = streamKey(9, "share");
    const share = normal.probability((row) => (draw, entry) => rowUniform(key, row, draw, entry), 20_000);
    expect(Math.abs(share / reference.share - 1)).toBeLessThan(0.03);
  });

  it("keeps every draw inside its ranges, far out in the tails too", async () => {
    const ranges = new Map([
      [0, Float64Array.of(6, 6.5)],
      [1, Float64Array.of(-INF, -5)],
    ]);
    const { order, samples } = await draws(0.9, ranges, 500);
    for (const values of samples) {
      const x = values[order.indexOf(0)]!;
      const y = values[order.indexOf(1)]!;
      expect(x >= 6 && x < 6.5 && y < -5).toBe(true);
    }
  });

  it("meets single points exactly", async () => {
    const { samples } = await draws(0.5, new Map([[0, Float64Array.of(1.25, 1.25)]]), 10);
    for (const values of samples) expect(values[0]).toBe(1.25);
  });
});

describe("a box beyond all probability", () => {
  it("is met, and the draw says that it was by force", async () => {
    const draw = async (low: number): Promise<[boolean, boolean]> => {
      const ranges = new Map([
        [0, Float64Array.of(-INF, 0)],
        [1, Float64Array.of(low, INF)],
      ]);
      const normal = await TruncatedNormal.create(correlation(0.9999), 2, ranges, 32, choleskyOf);
      const [values, key] = [new Float64Array(2), streamKey(6, "far")];
      const likely = normal.draw((m, entry) => rowUniform(key, 0, m, entry), values, new Float64Array(2));
      const entryOf = (latent: number) => values[normal.order.indexOf(latent)]!;
      return [likely, entryOf(0) < 0 && entryOf(1) >= low];
    };
    // The conditional deviation is 0.014: 0.1 is seven of them away, 2 more than a hundred, where numbers end at 38.
    expect(await draw(0.1)).toEqual([true, true]);
    expect(await draw(2)).toEqual([false, true]);
  });
});
