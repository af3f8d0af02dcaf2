import { jit, mul, nn, type Tensor, type TensorData, tensorData } from "@verisim/tensor";
import { describe, expect, test } from "vitest";
import type { Layers } from "../parts/layers.ts";
import { initFlow, latentOfNoise, noiseOfLatent } from "./coupling-flow.ts";
import { drawPrior, initPrior, type Prior, priorDivergence } from "./prior.ts";

const at = new nn.Initializer(1, "prior");

/** Coupling layers that move something: they start out as nothing. */
function stirred(flow: Layers<TensorData>[]): Layers<TensorData>[] {
  return flow.map(([hidden, last], i) => {
    const noise = new nn.Initializer(4, "stirred", String(i));
    const weights = last!.weights.map(({ shape }) => noise.normal(shape, 0.1));
    return [hidden!, { ...last!, weights }];
  });
}

describe("coupling layers", () => {
  test("map noise to latents and back", async () => {
    const flow = stirred(initFlow(at, 7, 3));
    const noise = new nn.Initializer(2, "noise").normal([5, 7], 1);
    const round = jit((layers: unknown, x: Tensor) => {
      const own = layers as Layers<Tensor>[];
      return noiseOfLatent(own, latentOfNoise(own, x)).noise;
    });
    const again = await round(flow as never, noise);
    for (const [i, value] of noise.data.entries()) expect(again.data[i]!).toBeCloseTo(value, 4);
    round.free();
  });

  test("know by how much volume shrinks", async () => {
    // The determinant of the map's derivative by differences, for one row of two numbers.
    const flow = stirred(initFlow(at, 2, 3)) as never;
    const there = jit((layers: unknown, x: Tensor) => {
      const { noise, logVolume } = noiseOfLatent(layers as Layers<Tensor>[], x);
      return { noise, logVolume: logVolume! };
    });
    const noiseAt = async (a: number, b: number): Promise<ArrayLike<number>> =>
      (await there(flow, tensorData([a, b], [1, 2]))).noise.data;
    const step = 1e-2;
    const [right, left] = [await noiseAt(0.3 + step, -0.4), await noiseAt(0.3 - step, -0.4)];
    const [up, down] = [await noiseAt(0.3, -0.4 + step), await noiseAt(0.3, -0.4 - step)];
    const slope = (high: ArrayLike<number>, low: ArrayLike<number>, i: number): number =>
      (high[i]! - low[i]!) / (2 * step);
    const determinant =
      slope(right, left, 0) * slope(up, down, 1) - slope(right, left, 1) * slope(up, down, 0);
    const { logVolume } = await there(flow, tensorData([0.3, -0.4], [1, 2]));
    expect(logVolume.data[0]!).toBeCloseTo(Math.log(Math.abs(determinant)), 3);
    there.free();
  });
});

describe("the prior", () => {
  test("without components is standard normal", async () => {
    const run = jit((x: Tensor) => priorDivergence(undefined, x, mul(0, x)));
    const { data } = await run(tensorData([1, 2, 0, 1], [2, 2]));
    // half the mean of the squared lengths, less half of the latent's width
    expect(data[0]!).toBeCloseTo(0.5 * ((5 + 1) / 2) - 1, 5);
    run.free();
  });

  test("draws components by their weights, around their means", async () => {
    const prior = {
      ...initPrior(at, { latent: 2, components: 3, layers: 0 })!,
      means: tensorData([-10, 0, 0, 10, 10, 0], [3, 2]),
      logDeviations: tensorData(new Float32Array(6).fill(Math.log(0.1)), [3, 2]),
      logWeights: tensorData(
        [0.2, 0.5, 0.3].map((weight) => Math.log(weight) / 10),
        [1, 3],
      ),
    };
    const draw = jit((own: unknown, noise: Tensor) => drawPrior(own as Prior<Tensor>, noise, 2));
    const noise = new nn.Initializer(3, "noise").normal([4000, 3], 1);
    const { data } = await draw(prior as never, noise);
    const counts = [0, 0, 0];
    for (let row = 0; row < 4000; row++) {
      const [x, y] = [data[2 * row]!, data[2 * row + 1]!];
      const own = x < -5 ? 0 : x > 5 ? 2 : 1;
      counts[own]!++;
      expect(Math.abs(y - [0, 10, 0][own]!)).toBeLessThan(0.6);
    }
    // four standard errors are 0.03
    expect(counts[0]! / 4000).toBeCloseTo(0.2, 1);
    expect(counts[1]! / 4000).toBeCloseTo(0.5, 1);
    draw.free();
  });

  test("scores a sample by the mixture's density", async () => {
    const prior = {
      ...initPrior(at, { latent: 1, components: 2, layers: 2 })!,
      means: tensorData([-1, 2], [2, 1]),
      logDeviations: tensorData([0, Math.log(0.5)], [2, 1]),
      logWeights: tensorData(
        [0.25, 0.75].map((weight) => Math.log(weight) / 10),
        [1, 2],
      ),
    };
    const run = jit((own: unknown, x: Tensor) => priorDivergence(own as Prior<Tensor>, x, mul(0, x)));
    const { data } = await run(prior as never, tensorData([0.5], [1, 1]));
    const density = 0.25 * Math.exp(-0.5 * 1.5 ** 2) + 0.75 * 2 * Math.exp(-0.5 * 3 ** 2);
    expect(data[0]!).toBeCloseTo(-0.5 - Math.log(density), 4);
    run.free();
  });
});
