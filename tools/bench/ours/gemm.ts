// Ours for `gemm`: each shape as often as gives a billion floating-point operations; details hold GFLOP/s per shape.

import { gemm } from "@verisim/tensor/arrays";

import shapes from "../gemm-shapes.json" with { type: "json" };
import { serve, time } from "../serve.ts";

function randomMatrix(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000 - 0.5;
  });
}

// A call hops to the addon's pool and back, which costs as much as a small product. Programs run many products within
// one call; here as many wait in the queue as make up ten million operations, each with an output of its own.
const products = shapes.shapes.map(({ m, n, k, transposeA = false }) => {
  const flop = 2 * m * n * k;
  const shared = { m, n, k, transposeA, a: randomMatrix(m * k), b: randomMatrix(k * n) };
  return {
    name: `${transposeA ? "T " : ""}${m}x${n}x${k}`,
    flop,
    calls: Array.from({ length: Math.ceil(1e7 / flop) }, () => ({ ...shared, c: new Float32Array(m * n) })),
  };
});

await serve(async () => {
  let seconds = 0;
  const gflops: Record<string, number> = {};
  for (const { name, flop, calls } of products) {
    const rounds = Math.ceil(shapes.flopPerShape / (flop * calls.length));
    const taken = await time(async () => {
      for (let round = 0; round < rounds; round++) await Promise.all(calls.map((call) => gemm(call)));
    });
    gflops[name] = Number(((rounds * calls.length * flop) / taken / 1e9).toFixed(1));
    seconds += taken;
  }
  return { seconds, gflops };
});
