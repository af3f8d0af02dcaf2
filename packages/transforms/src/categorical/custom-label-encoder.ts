// Categories as numbers of a continuous column: the user's own (CustomLabelEncoder) or 0 and 1 (BinaryEncoder).
// Decode takes the category whose number is nearest.

import type { Column, EncodedColumn, RowContext } from "@verisim/core";
import { VerisimError } from "@verisim/core";
import type { CategoryState, CategoryStats } from "../categories.ts";
import {
  categoryShares,
  codeAt,
  cumulativeShares,
  decodeCodes,
  fitCategories,
  rawCodes,
} from "../categories.ts";
import { CategoryTransform } from "../category-transform.ts";
import type { EncodedShape } from "../column-transform.ts";
import type { MissingMode, MissingState } from "../missing.ts";
import { indicatorColumns, indicatorShapes, restoreGaps, standInUniform } from "../missing.ts";
import { continuousValues } from "../numerical/float-formatter.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";

export type NumberedCategoryState = CategoryState & {
  /** The number of each category, ascending. */
  readonly labels: Float64Array;
};

function missingOf(state: CategoryState): MissingState {
  return { mode: state.missing, rate: state.rate, low: 0, high: 0 };
}

/** Shared by the encoders that give numbers to categories; subclasses choose the numbers. */
export abstract class NumberedCategories<Options extends object> extends CategoryTransform<
  NumberedCategoryState,
  Options
> {
  override outputs(state: NumberedCategoryState): readonly EncodedShape[] {
    return [{ kind: "continuous", name: state.column }, ...indicatorShapes(state.column, missingOf(state))];
  }

  override encode(column: Column, state: NumberedCategoryState, context: RowContext): EncodedColumn[] {
    const codes = rawCodes(column, state);
    // Stand-ins are drawn from the shares of the categories; the indicator says where.
    const ends = cumulativeShares(categoryShares({ ...state, missing: "random" }));
    const values = new Float64Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      let code = codes[i]!;
      if (code < 0 && state.missing !== "keep") code = codeAt(ends, standInUniform(context, i));
      values[i] = state.labels[code] ?? (state.missing === "keep" ? Number.NaN : 0);
    }
    return [
      { kind: "continuous", name: state.column, values },
      ...indicatorColumns(state.column, missingOf(state), codes.length, (i) => codes[i]! < 0),
    ];
  }

  override decode(
    encoded: readonly EncodedColumn[],
    state: NumberedCategoryState,
    context: RowContext,
  ): Column {
    const { labels } = state;
    const codes = Int32Array.from(continuousValues(encoded, state.column), (value) => nearest(labels, value));
    if (state.missing === "from_column") {
      restoreGaps(missingOf(state), encoded[1], context, (i) => {
        codes[i] = -1;
      });
    }
    return decodeCodes(codes, state, context);
  }
}

/** Index of the label nearest to the value, the lower of two; -1 for NaN or without labels. */
function nearest(labels: Float64Array, value: number): number {
  if (Number.isNaN(value) || labels.length === 0) return -1;
  let low = 0;
  let high = labels.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (labels[middle]! + labels[middle + 1]! >= 2 * value) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface CustomLabelEncoderOptions {
  missing?: MissingMode;
  /** The number of every category, all different. */
  labels?: Readonly<Record<string, number>>;
}

/** Every category as the number that the user gives it. */
export class CustomLabelEncoder extends NumberedCategories<CustomLabelEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["categorical", "ordinal", "boolean"];
  static readonly options: TransformOptions = {
    missing: missingOption,
    labels: { type: "map", default: {}, description: "The number of every category, all different." },
  };

  constructor(options: CustomLabelEncoderOptions = {}) {
    super("CustomLabelEncoder", CustomLabelEncoder, options);
    const numbers = Object.values(this.options.labels);
    if (new Set(numbers).size < numbers.length) {
      throw new VerisimError("VERISIM_TRANSFORM_OPTION", "Expected a different number for every category.", {
        where: { option: "labels" },
      });
    }
  }

  /** @throws VerisimError `VERISIM_CATEGORY_ORDER` where a category of the data has no number. */
  override fit(stats: CategoryStats): NumberedCategoryState {
    const { labels, missing } = this.options;
    const order = Object.keys(labels).sort((a, b) => labels[a]! - labels[b]!);
    const state = fitCategories(stats, missing, order);
    return { ...state, labels: Float64Array.from(order, (text) => labels[text]!) };
  }
}
