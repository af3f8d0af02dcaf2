// What all transforms that learn from counted values share: the statistics. Those that generate cells instead of
// modelling them also have no encoded columns in common.

import type { Column, ColumnMetadata, EncodedColumn, RowContext, TransformState } from "@verisim/core";
import type { CategoryStats } from "./categories.ts";
import { analyzeCategories, mergeCategories } from "./categories.ts";
import type { ColumnTransform, EncodedShape } from "./column-transform.ts";
import { ConfiguredTransform } from "./configured-transform.ts";

export abstract class CategoryTransform<State extends TransformState, Options extends object>
  extends ConfiguredTransform<Options>
  implements ColumnTransform<CategoryStats, State>
{
  abstract fit(stats: CategoryStats, metadata: ColumnMetadata): State;
  abstract outputs(state: State): readonly EncodedShape[];
  abstract encode(column: Column, state: State, context: RowContext): EncodedColumn[];
  abstract decode(encoded: readonly EncodedColumn[], state: State, context: RowContext): Column;

  analyze(part: Column): CategoryStats {
    return analyzeCategories(part);
  }

  merge(a: CategoryStats, b: CategoryStats): CategoryStats {
    return mergeCategories(a, b);
  }
}

/** Ids, personal values and free text: nothing to encode, everything made in decode. */
export abstract class GeneratedTransform<
  State extends TransformState,
  Options extends object,
> extends CategoryTransform<State, Options> {
  override outputs(_state: State): readonly EncodedShape[] {
    return [];
  }

  override encode(_column: Column, _state: State, _context: RowContext): EncodedColumn[] {
    return [];
  }
}
