// A vector per category.

import type { Tensor } from "../graph/tensor.ts";
import { gather } from "../ops/indexing.ts";
import type { TensorData } from "../tensor-data.ts";
import type { Initializer } from "./initializer.ts";

/** [categories, width]. */
export interface EmbeddingParameters<T> {
  readonly table: T;
}

/** First vectors, standard normal. */
export function initEmbedding(
  at: Initializer,
  { categories, width }: { readonly categories: number; readonly width: number },
): EmbeddingParameters<TensorData> {
  return { table: at.at("table").normal([categories, width], 1) };
}

/** The vectors of i32 codes [...]: [..., width]. A code outside the table, such as a missing one, has a vector of zeros. */
export function embedding({ table }: EmbeddingParameters<Tensor>, codes: Tensor): Tensor {
  return gather(table, codes);
}
