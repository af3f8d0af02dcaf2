// Calls the sanitized addon with random arguments: right ones, nearly right ones, and nonsense. Whatever happens must be
// a result or a coded error; a sanitizer report, a crash or an error without a code fails the run.
//   node native/tensor/test/fuzz.mjs [--seconds 60] [--seed 1]

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
});

/** xorshift32: the same calls for the same seed. */
let state = Number(options.seed) >>> 0 || 1;
function below(bound) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}
const pick = (list) => list[below(list.length)];

const numbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  1e300,
  -1e300,
  5e-324,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 53,
];
const number = () => (below(2) ? below(2000) / 100 - 10 : pick(numbers));
const length = () => pick([0, 1, 2, 3, 4, 7, 16, 17, 64, 100, 600, 1025]);
const kinds = [Float64Array, Float64Array, Float64Array, Float32Array, Int32Array, Uint8Array, BigInt64Array];

function array(kind = pick(kinds), size = length()) {
  const shared = below(8) === 0;
  const bytes = size * kind.BYTES_PER_ELEMENT;
  const result = new kind(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  if (kind !== BigInt64Array) for (let i = 0; i < size; i++) result[i] = number();
  if (below(4) === 0 && kind !== BigInt64Array) result.sort();
  return result;
}

const nonsense = () =>
  pick([
    undefined,
    null,
    true,
    -1,
    1.5,
    Number.NaN,
    2 ** 40,
    "x",
    {},
    [],
    [[1, 2]],
    [array()],
    () => 0,
    Symbol("s"),
    7n,
  ]);

/** Arguments that could be right, by function; a few are then replaced. */
const shapes = {
  drawNumbers: (n) => [
    array(Float64Array, 2 * n),
    [
      [1, 2],
      [3, 4],
    ],
    below(1e6),
    n,
    below(3),
    0,
    below(2) === 1,
  ],
  mapNormal: (n) => [array(Float64Array, n), array(Float64Array, n), below(2) === 1],
  gemm: (n) => {
    const [m, k, kind] = [below(40), below(40), pick([Float64Array, Float32Array])];
    const side = Math.min(n, 70);
    const parts = [array(kind, m * k), array(kind, k * side), number(), array(kind, m * side)];
    return [below(2) === 1, below(2) === 1, m, side, k, number(), ...parts];
  },
  cholesky: (n) => [array(Float64Array, Math.min(n, 64) ** 2), Math.min(n, 64)],
  symmetricEigen: (n) => {
    const side = Math.min(n, 40);
    return [array(Float64Array, side * side), array(Float64Array, side), side];
  },
  sortNumbers: (n) => [array(Float64Array, n), array(Float64Array, n)],
  ranks: (n) => [array(Float64Array, n), array(Float64Array, n)],
  bucketize: (n) => {
    const count = length();
    return [
      array(Float64Array, n),
      array(Float64Array, count).fill(0.5),
      array(Int32Array, n),
      array(Int32Array, count + 1),
    ];
  },
  quantileMap: (n) => {
    const s = 1 + below(40);
    const thresholds = Float64Array.from({ length: s - 1 }, (_, i) => (below(9) ? i / 5 : number())).sort();
    const ends = [array(Float64Array, s + 1), array(Float64Array, s), array(Float64Array, s)];
    return [array(Float64Array, n), thresholds, ...ends, below(25) - 1, array(Float64Array, n)];
  },
  correlation: (n) => [
    Array.from({ length: 3 }, () => array(Float64Array, n)),
    array(Float64Array, 9),
    array(Float64Array, 9),
  ],
  histogram: (n) => {
    const edges = Float64Array.from({ length: 2 + below(30) }, (_, i) =>
      below(9) ? i - 5 : number(),
    ).sort();
    return [array(Float64Array, n), edges, array(Float64Array, edges.length - 1)];
  },
  contingency: (n) => [array(Int32Array, n), 20, array(Int32Array, n), 20, array(Float64Array, 400)],
  ksStatistic: (n) => [array(Float64Array, n).sort(), array(Float64Array).sort()],
  nearestNeighbours: (n) => {
    const [width, columns, k] = [below(5), below(3), 1 + below(4)];
    const kind = pick([Float64Array, Float32Array]);
    const [queries, rows] = [Math.min(n, 150), k + below(300)];
    const some = (make) => (columns > 0 ? make() : undefined);
    return [
      // Mostly numbers that it takes: one that is not finite ends a search before it begins.
      array(kind, width * queries).map((x) => (below(99) ? Math.sin(x) || 0 : x)),
      array(kind, width * rows).map((x) => (below(999) ? Math.sin(x) || 0 : x)),
      queries,
      rows,
      width,
      some(() => array(Int32Array, columns * queries)),
      some(() => array(Int32Array, columns * rows)),
      some(() => array(Float64Array, columns).map((x) => Math.abs(Math.sin(x)) || 0)),
      k,
      below(2) === 1,
      below(2) ? undefined : array(Int32Array, queries),
      array(Int32Array, queries * k),
      array(Float64Array, queries * k),
    ];
  },
};

async function fuzz() {
  const addon = createRequire(import.meta.url)(process.env.VERISIM_ADDON);
  const names = Object.keys(shapes);
  const end = Date.now() + Number(options.seconds) * 1000;
  const count = { calls: 0, results: 0, errors: 0 };
  while (Date.now() < end) {
    const name = pick(names);
    const handle = below(4) === 0 ? addon.createAbort() : undefined;
    const call = [...shapes[name](length()), 1 + below(4), handle];
    for (let changes = pick([0, 0, 0, 1, 1, 2, 5]); changes > 0; changes--)
      call[below(call.length)] = below(2) ? nonsense() : pick(call);
    if (below(30) === 0) call.length = below(call.length);
    const given = below(20) === 0 ? call.find((value) => value?.buffer instanceof ArrayBuffer) : undefined;
    if (given) structuredClone(given, { transfer: [given.buffer] });
    if (handle && below(2)) addon.abort(handle);
    count.calls++;
    try {
      const running = addon[name](...call);
      if (handle && below(2)) addon.abort(handle);
      await running;
      count.results++;
    } catch (error) {
      count.errors++;
      if (
        typeof error?.code !== "string" ||
        !/^VERISIM_(NATIVE_ARGUMENT|ABORTED|OUT_OF_MEMORY)$/.test(error.code)
      ) {
        process.stderr.write(`${name}: an error without a code of ours: ${error?.stack ?? error}\n`);
        process.exitCode = 1;
        return;
      }
    }
  }
  process.stderr.write(
    `fuzz: ${count.calls} calls, ${count.results} results, ${count.errors} coded errors\n`,
  );
}

if (process.env.VERISIM_ADDON) await fuzz();
else {
  const { runSanitized } = await import("./sanitizer.mjs");
  runSanitized("fuzz", "address", [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}
