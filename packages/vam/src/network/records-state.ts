// Records as a program holds them: for each part arrays whose first axis is the record, and rows taken from them.

import { gather, type Tensor, type TensorData, tensorData } from "@verisim/tensor";
import type { PartRows } from "../parts/part.ts";

/** The records with these numbers, of each part. */
export function gatherRows(parts: readonly PartRows<Tensor>[], row: Tensor): PartRows<Tensor>[] {
  return parts.map(
    (rows) =>
      Object.fromEntries(
        Object.entries(rows).map(([name, array]) => [name, gather(array, row)]),
      ) as unknown as PartRows<Tensor>,
  );
}

/** The same in arrays. A number of -1 gives zeros. */
export function pickRows(rows: PartRows<TensorData>, chosen: ArrayLike<number>): PartRows<TensorData> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, { data, shape }]) => {
      const width = shape.slice(1).reduce((a, b) => a * b, 1);
      const taken = data.slice(0, 0).constructor as new (length: number) => typeof data;
      const into = new taken(chosen.length * width);
      for (let i = 0; i < chosen.length; i++) {
        const row = chosen[i]!;
        if (row >= 0) into.set(data.subarray(row * width, (row + 1) * width) as never, i * width);
      }
      return [name, tensorData(into, [chosen.length, ...shape.slice(1)])];
    }),
  ) as unknown as PartRows<TensorData>;
}
