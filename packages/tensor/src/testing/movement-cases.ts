// Cases of sources, movement ops and reductions: empty axes, axes of length 1, views of views. See op-cases.ts.

import { broadcast, concat, pad, reshape, slice, stopGradient, transpose } from "../ops/movement.ts";
import { mul } from "../ops/pointwise.ts";
import { max, sum } from "../ops/reduce.ts";
import { constant, iota, scalar } from "../ops/source.ts";
import { f32, integers, row } from "./case-row.ts";
import type { OpCase } from "./op-cases.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const sourceCases = (): OpCase[] => [
  row("scalar", "two numbers", [], () => [scalar(0.1), scalar(-7, "i32")], { order: 0 }),
  row("constant", "a matrix", [], () => constant([1, 2, 3, 4, 5, 6], [2, 3]), { order: 0 }),
  row("iota", "both axes", [], () => [iota([2, 3], 0), iota([2, 3], 1), iota([4], 0, "i32")], { order: 0 }),
];

const shapeCases = (): OpCase[] => [
  row("reshape", "a matrix", [[3, 4]], ([x]) => reshape(x!, [2, -1, 3])),
  row("reshape", "a transposed matrix", [[3, 4]], ([x]) => reshape(transpose(x!), [6, 2])),
  row("reshape", "no elements", [[0, 4]], ([x]) => reshape(x!, [2, 0, 3])),
  row("transpose", "a matrix", [[37, 18]], ([x]) => transpose(x!)),
  row("transpose", "three axes", [[2, 3, 4]], ([x]) => transpose(x!, [2, 0, 1])),
  row("transpose", "integers", [integers([3, 5], 0, 9)], ([x]) => transpose(x!), { order: 0 }),
  row("broadcast", "one number", [[]], ([x]) => broadcast(x!, [2, 3])),
  row("broadcast", "a column and a row", [[4, 1], [5]], ([x, y]) => [
    broadcast(x!, [2, 4, 5]),
    broadcast(y!, [4, 5]),
  ]),
  row("broadcast", "an axis to length 0", [[1, 3]], ([x]) => broadcast(x!, [0, 3])),
  row("slice", "both axes", [[5, 6]], ([x]) => slice(x!, [1, 2], [4, -1])),
  row("slice", "nothing", [[5, 6]], ([x]) => slice(x!, [2, 0], [2, 6])),
  row("pad", "both axes", [[2, 3]], ([x]) => pad(x!, [1, 0], [2, 3])),
  row("pad", "no elements", [[0, 2]], ([x]) => pad(x!, [2, 1], [0, 0])),
  row("pad", "integers", [integers([2, 3], 1, 9)], ([x]) => pad(x!, [0, 1], [1, 0]), { order: 0 }),
  row(
    "concat",
    "the last axis",
    [
      [3, 2],
      [3, 1],
      [3, 4],
    ],
    (x) => concat(x),
  ),
  row(
    "concat",
    "the first axis, one empty",
    [
      [2, 3],
      [0, 3],
      [1, 3],
    ],
    (x) => concat(x, 0),
  ),
  row("concat", "integers", [integers([2, 3], 0, 9), integers([2, 2], 0, 9)], (x) => concat(x), { order: 0 }),
  row("stopGradient", "a vector", [[4]], ([x]) => mul(stopGradient(x!), 2), { order: 0 }),
];

const reduceCases = (): OpCase[] =>
  (
    [
      ["sum", sum],
      ["max", max],
    ] as const
  ).flatMap(([op, reduce]) => [
    row(op, "everything", [[7, 9]], ([x]) => reduce(x!)),
    row(op, "columns", [[6, 70]], ([x]) => reduce(x!, 1)),
    row(op, "rows", [[70, 6]], ([x]) => reduce(x!, 0, true)),
    row(op, "the middle axis", [[3, 4, 5]], ([x]) => reduce(x!, [1])),
    row(op, "the outer axes", [[3, 4, 5]], ([x]) => reduce(x!, [0, 2])),
    row(op, "axes of length 1", [[1, 5, 1]], ([x]) => reduce(x!, [0, 2])),
    row(op, "a product", [[9, 8], [8]], ([x, y]) => [reduce(mul(x!, y!), -1), reduce(mul(x!, y!), 0)]),
    row(op, "many rows", [[3001, 3]], ([x]) => [reduce(x!), reduce(x!, 0)], { order: 1, tolerance: 1e-5 }),
    row(op, "nothing", [[4, 0]], ([x]) => [reduce(x!, 1), reduce(x!, 0)], { order: 0 }),
    row(
      op,
      "numbers with NaN",
      [f32([1, nan, 3, 4, 5, -infinity], [2, 3])],
      ([x]) => [reduce(x!, 1), reduce(x!, 0)],
      { order: 0, special: true },
    ),
  ]);

/** Cases of sources, movement ops and reductions. */
export function movementCases(): OpCase[] {
  return [...sourceCases(), ...shapeCases(), ...reduceCases()];
}
