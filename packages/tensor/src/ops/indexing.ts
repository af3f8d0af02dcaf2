// Rows by number. `gather` and `scatterAdd` move single rows; `gatherSum` and `scatterSum` multiply by a sparse matrix of
// zeros and weights, which is how one-hot inputs are multiplied without their zeros. Each is the other's transpose. A row
// number outside the table is a row of zeros: a missing category.

import type { Tensor } from "../graph/tensor.ts";
import { type Shape, sameShape, shapeError, shapeText, sizeOf } from "../shape.ts";
import { reshape } from "./movement.ts";
import type { Attributes, Operation, ReferenceArray, TensorType } from "./operation.ts";
import { mul } from "./pointwise.ts";
import { dtypeError } from "./pointwise-row.ts";
import { sum } from "./reduce.ts";

function needs(name: string, type: TensorType, dtype: "f32" | "i32", what: string): void {
  if (type.dtype !== dtype) throw dtypeError(name, `${dtype} ${what}`, type.dtype);
}

/** Words of one row of a table [rows, ...]. */
const widthOf = (table: Shape): number => sizeOf(table.slice(1));

/** out[i] = table[indices[i]]. */
export const gatherOperation: Operation = {
  name: "gather",
  kind: "kernel",
  infer: ([table, indices]) => {
    needs("gather", indices!, "i32", "indices");
    if (table!.shape.length === 0)
      throw shapeError("gather", "Expected a table of shape [rows, ...] but received a single number");
    return { shape: [...indices!.shape, ...table!.shape.slice(1)], dtype: table!.dtype };
  },
  // every row of g adds to the row that it was read from
  vjp: (g, _y, [table, indices]) => [scatterAdd(indices!, g, table!.shape[0]!), null],
  reference: ([table, indices], _attributes, { shape }) => {
    const width = widthOf(table!.shape);
    const result = new Float64Array(sizeOf(shape));
    indices!.data.forEach((row, i) => {
      if (row >= 0 && row < table!.shape[0]!)
        result.set(table!.data.subarray(row * width, (row + 1) * width), i * width);
    });
    return result;
  },
  lower: ({ inputs: [table, indices] }) => ({
    ints: [table!.shape[0]!, widthOf(table!.shape), sizeOf(indices!.shape)],
  }),
};

/**
 * Rows of `table` [rows, ...] by number: [...indices, ...]. A number outside the table gives zeros.
 * @param indices i32
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  return table.graph.make(gatherOperation, [table, indices]);
}

/** out = 0, then out[indices[i]] += updates[i] in order of i. Attributes: rows. */
export const scatterAddOperation: Operation = {
  name: "scatterAdd",
  kind: "kernel",
  infer: ([indices, updates], attributes) => {
    needs("scatterAdd", indices!, "i32", "indices");
    needs("scatterAdd", updates!, "f32", "updates");
    const rank = indices!.shape.length;
    if (!sameShape(updates!.shape.slice(0, rank), indices!.shape))
      throw shapeError(
        "scatterAdd",
        `Expected updates of shape [...indices, ...] but received ${shapeText(updates!.shape)} for indices ${shapeText(indices!.shape)}`,
      );
    return { shape: [attributes.rows as number, ...updates!.shape.slice(rank)], dtype: "f32" };
  },
  // every update gets the cotangent of the row that it went to
  vjp: (g, _y, [indices]) => [null, gather(g, indices!)],
  reference: ([indices, updates], attributes, { shape }) => {
    const rows = attributes.rows as number;
    const width = widthOf(shape);
    const result = new Float64Array(sizeOf(shape));
    indices!.data.forEach((row, i) => {
      if (row >= 0 && row < rows)
        for (let j = 0; j < width; j++) result[row * width + j]! += updates!.data[i * width + j]!;
    });
    return result;
  },
  lower: ({ inputs: [indices], shape }) => ({ ints: [shape[0]!, widthOf(shape), sizeOf(indices!.shape)] }),
};

/**
 * [rows, ...] where each row is the sum of the updates with its number, in order.
 * @param indices i32; numbers outside [0, rows) are left out
 * @param updates [...indices, ...]
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function scatterAdd(indices: Tensor, updates: Tensor, rows: number): Tensor {
  return indices.graph.make(scatterAddOperation, [indices, updates], { rows });
}

function checkBag(
  name: string,
  table: TensorType,
  indices: TensorType,
  weights: TensorType | undefined,
): void {
  needs(name, table, "f32", "numbers");
  needs(name, indices, "i32", "indices");
  if (weights !== undefined) needs(name, weights, "f32", "weights");
  if (indices.shape.length === 0)
    throw shapeError(name, "Expected indices of shape [..., bag] but received a single number");
  if (weights !== undefined && !sameShape(weights.shape, indices.shape))
    throw shapeError(
      name,
      `Expected weights of the indices' shape ${shapeText(indices.shape)} but received ${shapeText(weights.shape)}`,
    );
}

/** Calls visit(i, row, weight) for every entry of the sparse matrix, in order. */
function visitBags(
  indices: ReferenceArray,
  weights: ReferenceArray | undefined,
  rows: number,
  visit: (i: number, row: number, weight: number) => void,
): void {
  const bag = indices.shape.at(-1)!;
  indices.data.forEach((row, at) => {
    if (row >= 0 && row < rows) visit(Math.floor(at / bag), row, weights?.data[at] ?? 1);
  });
}

const bagInts = (
  rows: number,
  width: number,
  indices: Tensor,
  weights: Tensor | undefined,
): { ints: number[] } => {
  const bag = indices.shape.at(-1)!;
  return { ints: [rows, width, sizeOf(indices.shape.slice(0, -1)), bag, weights === undefined ? 0 : 1, 0] };
};

/** Derivative for the weights: w[i, j] meets (row i of `outer`) . (row indices[i, j] of `table`). */
function weightCotangent(outer: Tensor, table: Tensor, indices: Tensor): Tensor {
  const rows = reshape(outer, [...indices.shape.slice(0, -1), 1, outer.shape.at(-1)!]);
  return sum(mul(rows, gather(table, indices)), -1);
}

/** out[i] = sum over j of weights[i, j] table[indices[i, j]]. */
export const gatherSumOperation: Operation = {
  name: "gatherSum",
  kind: "kernel",
  accumulates: true,
  infer: ([table, indices, weights]) => {
    checkBag("gatherSum", table!, indices!, weights);
    if (table!.shape.length !== 2)
      throw shapeError(
        "gatherSum",
        `Expected a table of shape [rows, width] but received ${shapeText(table!.shape)}`,
      );
    return { shape: [...indices!.shape.slice(0, -1), table!.shape[1]!], dtype: "f32" };
  },
  // y = S table with S sparse: dtable = S^T g, dS = g table^T at the entries of S
  vjp: (g, _y, [table, indices, weights]) => [
    scatterSum(g, indices!, table!.shape[0]!, weights),
    null,
    ...(weights === undefined ? [] : [weightCotangent(g, table!, indices!)]),
  ],
  reference: ([table, indices, weights], _attributes, { shape }) => {
    const width = shape.at(-1)!;
    const result = new Float64Array(sizeOf(shape));
    visitBags(indices!, weights, table!.shape[0]!, (i, row, weight) => {
      for (let j = 0; j < width; j++) result[i * width + j]! += weight * table!.data[row * width + j]!;
    });
    return result;
  },
  lower: ({ inputs: [table, indices, weights] }) =>
    bagInts(table!.shape[0]!, table!.shape[1]!, indices!, weights),
};

/**
 * Weighted sums of table rows, a sparse matrix times a dense one: [..., width] where row i is the sum over j of
 * weights[i, j] table[indices[i, j]].
 * @param table [rows, width]
 * @param indices i32 [..., bag]; numbers outside the table are left out
 * @param weights [..., bag]; default 1
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function gatherSum(table: Tensor, indices: Tensor, weights?: Tensor): Tensor {
  return table.graph.make(
    gatherSumOperation,
    weights === undefined ? [table, indices] : [table, indices, weights],
  );
}

/** out[row] = sum of weights[i, j] g[i] over all i, j with indices[i, j] = row. Attributes: rows. */
export const scatterSumOperation: Operation = {
  name: "scatterSum",
  kind: "kernel",
  accumulates: true,
  infer: ([g, indices, weights], attributes: Attributes) => {
    checkBag("scatterSum", g!, indices!, weights);
    if (g!.shape.length === 0 || !sameShape(g!.shape.slice(0, -1), indices!.shape.slice(0, -1)))
      throw shapeError(
        "scatterSum",
        `Expected shapes [..., width] and [..., bag] but received ${shapeText(g!.shape)} and ${shapeText(indices!.shape)}`,
      );
    return { shape: [attributes.rows as number, g!.shape.at(-1)!], dtype: "f32" };
  },
  // y = S^T x with S sparse: dx = S g, dS = x g^T at the entries of S
  vjp: (g, _y, [x, indices, weights]) => [
    gatherSum(g, indices!, weights),
    null,
    ...(weights === undefined ? [] : [weightCotangent(x!, g, indices!)]),
  ],
  reference: ([g, indices, weights], attributes, { shape }) => {
    const width = shape[1]!;
    const result = new Float64Array(sizeOf(shape));
    visitBags(indices!, weights, attributes.rows as number, (i, row, weight) => {
      for (let j = 0; j < width; j++) result[row * width + j]! += weight * g!.data[i * width + j]!;
    });
    return result;
  },
  lower: ({ inputs: [, indices, weights], shape }) => bagInts(shape[0]!, shape[1]!, indices!, weights),
};

/**
 * The transpose of `gatherSum`: [rows, width] where each row is the sum of weights[i, j] x[i] over the entries of
 * `indices` that name it.
 * @param x [..., width]
 * @param indices i32 [..., bag]; numbers outside [0, rows) are left out
 * @param weights [..., bag]; default 1
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function scatterSum(x: Tensor, indices: Tensor, rows: number, weights?: Tensor): Tensor {
  return x.graph.make(scatterSumOperation, weights === undefined ? [x, indices] : [x, indices, weights], {
    rows,
  });
}
