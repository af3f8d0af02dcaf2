// Ours for `gemm`: each shape as often as gives a billion floating-point operations; details hold GFLOP/s per shape.

import { gemm } from "@verisim/tensor";

import shapes from "../gemm-shapes.json" with { type: "json" };
import { serve, time } from "../serve.ts";

const threads = Number(process.argv[3]);

function randomMatrix(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000 - 0.5;
  });
}

const products = shapes.shapes.map(({ m, n, k, transposeA = false }) => ({
  name: `${transposeA ? "T " : ""}${m}x${n}x${k}`,
  flop: 2 * m * n * k,
  call: {
    ...{ m, n, k, transposeA },
    ...{ a: randomMatrix(m * k), b: randomMatrix(k * n), c: new Float32Array(m * n) },
  },
}));

await serve(async () => {
  let seconds = 0;
  const gflops: Record<string, number> = {};
  for (const { name, flop, call } of products) {
    const repeats = Math.ceil(shapes.flopPerShape / flop);
    const taken = await time(async () => {
      for (let i = 0; i < repeats; i++) await gemm({ ...call, threads });
    });
    gflops[name] = Number(((repeats * flop) / taken / 1e9).toFixed(1));
    seconds += taken;
  }
  return { seconds, gflops };
});
