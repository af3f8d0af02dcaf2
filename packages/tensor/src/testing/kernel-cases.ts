// Cases of the ops that are instructions of their own: one row per op and situation (empty axes, batches, numbers out of
// range). See op-cases.ts.

import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../ops/contract.ts";
import { col2im, im2col } from "../ops/convolution.ts";
import { gather, gatherSum, scatterAdd, scatterSum } from "../ops/indexing.ts";
import { cholesky, triangularSolve } from "../ops/linalg.ts";
import { transpose } from "../ops/movement.ts";
import { add, mul } from "../ops/pointwise.ts";
import { argmax, cumsum, segmentMax, segmentSum } from "../ops/segment.ts";
import { constant } from "../ops/source.ts";
import { adam, ema, sgd } from "../ops/update.ts";
import type { Shape } from "../shape.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { f32, integers, row } from "./case-row.ts";
import type { OpCase } from "./op-cases.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const segmentCases = (): OpCase[] => [
  ...(
    [
      ["segmentSum", segmentSum],
      ["segmentMax", segmentMax],
    ] as const
  ).flatMap(([op, segment]) => [
    row(op, "three spans", [[5, 7]], ([x]) => segment(x!, [2, 1, 4])),
    row(op, "one span in three axes", [[2, 3, 6]], ([x]) => segment(x!, [6])),
    row(op, "one column", [[5, 1]], ([x]) => segment(x!, [1])),
    row(op, "no rows", [[0, 5]], ([x]) => segment(x!, [2, 3])),
    row(op, "wide spans", [[9, 300]], ([x]) => segment(x!, [130, 41, 129]), { tolerance: 1e-5 }),
    row(op, "numbers with NaN", [f32([1, nan, 3, infinity, 2, 0], [1, 6])], ([x]) => segment(x!, [3, 2, 1]), {
      order: 0,
      special: true,
    }),
  ]),
  row("argmax", "rows", [[6, 33]], ([x]) => argmax(x!), { order: 0 }),
  row("argmax", "the first of three axes", [[4, 2, 3]], ([x]) => argmax(x!, 0), { order: 0 }),
  row("argmax", "equal numbers and NaN", [f32([1, 3, 3, 0, nan, nan, 9, 1], [2, 4])], ([x]) => argmax(x!), {
    order: 0,
    special: true,
  }),
  row("cumsum", "rows", [[4, 19]], ([x]) => cumsum(x!)),
  row("cumsum", "columns from the end", [[5, 3]], ([x]) => cumsum(x!, 0, true)),
  row("cumsum", "no columns", [[3, 0]], ([x]) => cumsum(x!)),
];

const contractCases = (): OpCase[] => [
  row(
    "matmul",
    "matrices",
    [
      [5, 7],
      [7, 3],
    ],
    ([a, b]) => matmul(a!, b!),
  ),
  row(
    "matmul",
    "larger matrices",
    [
      [65, 130],
      [130, 70],
    ],
    ([a, b]) => matmul(a!, b!),
    { order: 1, tolerance: 3e-5 },
  ),
  row(
    "matmul",
    "transposed matrices",
    [
      [7, 5],
      [3, 7],
    ],
    ([a, b]) => matmul(transpose(a!), transpose(b!)),
  ),
  row(
    "matmul",
    "a batch and one matrix",
    [
      [4, 2, 3],
      [3, 5],
    ],
    ([a, b]) => matmul(a!, b!),
  ),
  row(
    "matmul",
    "batches that broadcast",
    [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    ([a, b]) => matmul(a!, b!),
  ),
  row(
    "matmul",
    "no inner axis",
    [
      [2, 0],
      [0, 3],
    ],
    ([a, b]) => matmul(a!, b!),
  ),
  row(
    "matmul",
    "no rows",
    [
      [0, 4],
      [4, 3],
    ],
    ([a, b]) => matmul(a!, b!),
  ),
  row(
    "matmul",
    "single numbers",
    [
      [1, 1],
      [1, 1],
    ],
    ([a, b]) => matmul(a!, b!),
  ),
  row("matmul", "parts that add up", [[4, 3], [3, 6], [4, 2], [2, 6], [6]], ([a, b, c, d, e]) =>
    add(add(matmul(a!, b!), matmul(c!, d!)), e!),
  ),
];

const indices = (shape: Shape, values: readonly number[]): TensorData =>
  tensorData(Int32Array.from(values), shape);

const indexingCases = (): OpCase[] => [
  row("gather", "rows, some missing", [[4, 3], indices([5], [2, 0, -1, 4, 2])], ([t, i]) => gather(t!, i!)),
  row("gather", "a matrix of numbers", [[6, 2], indices([2, 3], [5, 0, 1, 1, 3, 2])], ([t, i]) =>
    gather(t!, i!),
  ),
  row("gather", "single numbers", [[6], indices([4], [5, 0, 6, 1])], ([t, i]) => gather(t!, i!)),
  row("gather", "integers", [integers([5, 2], 0, 99), indices([3], [4, 0, 7])], ([t, i]) => gather(t!, i!), {
    order: 0,
  }),
  row("gather", "no numbers", [[4, 3], indices([0], [])], ([t, i]) => gather(t!, i!)),
  row("scatterAdd", "rows, some twice", [indices([5], [2, 0, 2, 7, -1]), [5, 3]], ([i, u]) =>
    scatterAdd(i!, u!, 4),
  ),
  row("scatterAdd", "no updates", [indices([0], []), [0, 3]], ([i, u]) => scatterAdd(i!, u!, 4)),
  row("gatherSum", "bags", [[6, 5], indices([3, 2], [0, 5, 3, 3, -1, 2])], ([t, i]) => gatherSum(t!, i!)),
  row("gatherSum", "weighted bags", [[6, 5], indices([3, 2], [0, 5, 3, 3, 6, 2]), [3, 2]], ([t, i, w]) =>
    gatherSum(t!, i!, w!),
  ),
  row("gatherSum", "empty bags", [[6, 5], indices([3, 0], [])], ([t, i]) => gatherSum(t!, i!)),
  row("scatterSum", "bags", [[3, 5], indices([3, 2], [0, 5, 3, 3, -1, 2])], ([x, i]) =>
    scatterSum(x!, i!, 6),
  ),
  row("scatterSum", "weighted bags", [[3, 5], indices([3, 2], [0, 5, 3, 3, 6, 2]), [3, 2]], ([x, i, w]) =>
    scatterSum(x!, i!, 6, w!),
  ),
];

const randomCases = (): OpCase[] => [
  row("randomUniform", "a matrix", [], (_, rng) => [rng.uniform([6, 11]), rng.uniform([6, 11])], {
    order: 0,
  }),
  row("randomNormal", "a matrix", [], (_, rng) => [rng.normal([6, 11]), rng.normal([5])], {
    order: 0,
    tolerance: 1e-5,
  }),
  row(
    "randomNormal",
    "three axes, one number, nothing",
    [],
    (_, rng) => [rng.normal([2, 3, 5]), rng.normal([]), rng.normal([0, 3])],
    { order: 0, tolerance: 1e-5 },
  ),
  row(
    "randomBelow",
    "one bound and many",
    [indices([4], [10, 0, 1, 2 ** 31 - 1])],
    ([n], rng) => [rng.below(7, [9, 3]), rng.below(n!, [5, 4])],
    { order: 0 },
  ),
];

const convolutionCases = (): OpCase[] => [
  row("im2col", "an image", [[2, 4, 5, 3]], ([x]) => im2col(x!, { kernel: [3, 2] })),
  row("im2col", "an image with zeros around and strides", [[1, 5, 4, 2]], ([x]) =>
    im2col(x!, { kernel: [3, 3], stride: [2, 1], pads: [1, 0, 1, 2] }),
  ),
  row("im2col", "no images", [[0, 4, 4, 1]], ([x]) => im2col(x!, { kernel: [2, 2] })),
  row("col2im", "patches", [[2, 2, 4, 3, 2, 3]], ([x]) => col2im(x!, 4, 5, { kernel: [3, 2] })),
  row("col2im", "patches with zeros around and strides", [[1, 3, 4, 3, 3, 2]], ([x]) =>
    col2im(x!, 5, 4, { kernel: [3, 3], stride: [2, 1], pads: [1, 0, 1, 2] }),
  ),
];

/** Symmetric and well conditioned: x x^T + 2 I. */
const positive = (x: Tensor): Tensor => {
  const n = x.shape.at(-1)!;
  const identity = constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 2 : 0)),
    [n, n],
  );
  return add(matmul(x, transpose(x)), identity);
};

const linalgCases = (): OpCase[] => [
  row("cholesky", "a matrix", [[4, 4]], ([x]) => cholesky(positive(x!)), { tolerance: 1e-5 }),
  row("cholesky", "a batch", [[2, 3, 3]], ([x]) => cholesky(positive(x!)), { tolerance: 1e-5 }),
  row("cholesky", "single numbers", [f32([4, 9], [2, 1, 1])], ([x]) => cholesky(x!)),
  row("cholesky", "a matrix that is not positive", [f32([1, 2, 2, 1], [2, 2])], ([x]) => cholesky(x!), {
    order: 0,
    special: true,
  }),
  row(
    "triangularSolve",
    "a matrix",
    [
      [4, 4],
      [4, 3],
    ],
    ([l, b]) => triangularSolve(cholesky(positive(l!)), b!),
    { tolerance: 1e-5 },
  ),
  row(
    "triangularSolve",
    "a transposed batch",
    [
      [2, 3, 3],
      [2, 3, 2],
    ],
    ([l, b]) => triangularSolve(cholesky(positive(l!)), b!, true),
    { tolerance: 1e-5 },
  ),
];

const named = ([value, gradient, mean, square]: readonly Tensor[]) => ({
  value: value!,
  gradient: gradient!,
  mean: mean!,
  square: mul(square!, square!),
});

const updateCases = (): OpCase[] => [
  row(
    "adam",
    "two parameters",
    [f32([3], []), f32([0.01], []), [3, 2], [3, 2], [3, 2], [3, 2], [5], [5], [5], [5]],
    ([t, rate, ...x]) =>
      adam(t!, rate!, [named(x.slice(0, 4)), named(x.slice(4))], { beta1: 0.5, weightDecay: 0.1 }).flatMap(
        (p) => [p.value, p.mean, p.square],
      ),
    { order: 0 },
  ),
  row(
    "adam",
    "decoupled decay",
    [f32([1], []), f32([0.1], []), [7], [7], [7], [7]],
    ([t, rate, ...x]) =>
      adam(t!, rate!, [named(x)], { decoupled: true, weightDecay: 0.3 }).flatMap((p) => [
        p.value,
        p.mean,
        p.square,
      ]),
    { order: 0 },
  ),
  row(
    "sgd",
    "two parameters",
    [f32([0.1], []), [3, 2], [3, 2], [3, 2], [4], [4], [4]],
    ([rate, p, g, v, q, h, w]) =>
      sgd(
        rate!,
        [
          { value: p!, gradient: g!, velocity: v! },
          { value: q!, gradient: h!, velocity: w! },
        ],
        { momentum: 0.9, weightDecay: 0.1 },
      ).flatMap((x) => [x.value, x.velocity]),
    { order: 0 },
  ),
  row(
    "sgd",
    "Nesterov's momentum",
    [f32([0.1], []), [3], [3], [3]],
    ([rate, p, g, v]) =>
      sgd(rate!, [{ value: p!, gradient: g!, velocity: v! }], { momentum: 0.9, nesterov: true }).flatMap(
        (x) => [x.value, x.velocity],
      ),
    { order: 0 },
  ),
  row(
    "ema",
    "two parameters",
    [[3, 2], [3, 2], [4], [4]],
    ([a, b, c, d]) =>
      ema(
        [
          { target: a!, source: b! },
          { target: c!, source: d! },
        ],
        0.9,
      ),
    { order: 0 },
  ),
];

/** Cases of all ops that are instructions of their own. */
export function kernelCases(): OpCase[] {
  return [
    ...segmentCases(),
    ...contractCases(),
    ...indexingCases(),
    ...randomCases(),
    ...convolutionCases(),
    ...linalgCases(),
    ...updateCases(),
  ];
}
