// Matrix products as programs run them: many in one call, each adding to the one before, so that nothing but products is
// timed. Figures are of the fastest of several bursts: a busy machine slows a burst, never speeds one up.

import {
  add,
  buildProgram,
  matmul,
  slice,
  type Tensor,
  type TensorData,
  tensorData,
  transpose,
} from "@verisim/tensor";

import shapes from "./gemm-shapes.json" with { type: "json" };
import { time } from "./serve.ts";

function randomMatrix(rows: number, columns: number, seed: number): TensorData {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000 - 0.5;
  };
  return tensorData(Float32Array.from({ length: rows * columns }, next), [rows, columns]);
}

/** One shape of gemm-shapes.json, ready to run. */
export interface ProductRun {
  readonly name: string;
  /** Floating-point operations of one step. */
  readonly flop: number;
  run(steps: number, threads: number): Promise<void>;
}

/** Every shape as a program whose step is 2 to 64 products of different a with one b, about a hundred million operations. */
export function productRuns(): ProductRun[] {
  return shapes.shapes.map(({ m, n, k, transposeA = false }) => {
    const flop = 2 * m * n * k;
    const count = Math.min(64, Math.max(2, Math.ceil(1e8 / flop)));
    const name = (index: number): string => `a${index}`;
    const matrices = Array.from({ length: count }, (_, index) => [
      name(index),
      transposeA ? randomMatrix(k, m, index + 1) : randomMatrix(m, k, index + 1),
    ]);
    const state: Record<string, TensorData> = { ...Object.fromEntries(matrices), b: randomMatrix(k, n, 0) };
    const program = buildProgram({
      state,
      entries: {
        products: {
          step: ({ state: given }) => {
            const tensors = given as Record<string, Tensor>;
            const product = (index: number): Tensor => {
              const a = tensors[name(index)]!;
              return matmul(transposeA ? transpose(a) : a, tensors.b!);
            };
            let sum = product(0);
            for (let index = 1; index < count; index++) sum = add(product(index), sum);
            // One number goes out: handing out all of them would be timed as well.
            return { outputs: { corner: slice(sum, [0, 0], [1, 1]) } };
          },
        },
      },
    });
    const { products } = program.plan.products!;
    if (products !== count) throw new Error(`Expected ${count} products in a step but there are ${products}`);
    return {
      name: `${transposeA ? "T " : ""}${m}x${n}x${k}`,
      flop: flop * count,
      run: async (steps, threads) => void (await program.run("products", { steps, threads })),
    };
  });
}

export interface ProductFigures {
  /** Of as many operations per shape as gemm-shapes.json says. */
  readonly seconds: number;
  /** GFLOP/s of the fastest burst, per shape. */
  readonly gflops: Readonly<Record<string, number>>;
}

/**
 * Runs every shape for as many operations as gemm-shapes.json says, in bursts of about four milliseconds: the trip to the
 * addon and back is a hundredth of that.
 */
export async function timeProducts(runs: readonly ProductRun[], threads: number): Promise<ProductFigures> {
  let seconds = 0;
  const gflops: Record<string, number> = {};
  for (const { name, flop, run } of runs) {
    const steps = Math.max(1, Math.round(4e8 / flop));
    let best = Number.POSITIVE_INFINITY;
    let [done, spent] = [0, 0];
    for (; done < shapes.flopPerShape; done += steps * flop) {
      const taken = await time(() => run(steps, threads));
      best = Math.min(best, taken);
      spent += taken;
    }
    // The last burst goes beyond: the peers' work is what counts.
    seconds += (spent * shapes.flopPerShape) / done;
    gflops[name] = Number(((steps * flop) / best / 1e9).toFixed(1));
  }
  return { seconds, gflops };
}
