// Categories as codes 0..k-1: the plainest discrete column. With missing "keep" and the order as seen, a table that
// shares the fitted dictionary is encoded without a copy, and decode shares the dictionary of the state.

import type { Column, EncodedColumn, RowContext } from "@verisim/core";
import type { CategoryOrder, CategoryState, CategoryStats } from "../categories.ts";
import { cardinalityOf, decodeCodes, encodeCodes, fitCategories } from "../categories.ts";
import { CategoryTransform } from "../category-transform.ts";
import type { EncodedShape } from "../column-transform.ts";
import type { MissingMode } from "../missing.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";

export interface LabelEncoderOptions {
  missing?: MissingMode;
  /** Which category gets which code. Default `seen`, the order of the data. */
  orderBy?: CategoryOrder;
}

/** The codes of the first encoded column. */
export function discreteCodes(encoded: readonly EncodedColumn[], column: string): Int32Array {
  const first = encoded[0];
  if (first?.kind === "discrete") return first.codes;
  throw new Error(`internal: expected a discrete encoded column for ${JSON.stringify(column)}`);
}

/** What every encoder with one discrete column does; subclasses choose the order of the categories. */
export abstract class CodeEncoder<Options extends object> extends CategoryTransform<CategoryState, Options> {
  override outputs(state: CategoryState): readonly EncodedShape[] {
    return [{ kind: "discrete", name: state.column, cardinality: cardinalityOf(state) }];
  }

  override encode(column: Column, state: CategoryState, context: RowContext): EncodedColumn[] {
    const codes = encodeCodes(column, state, context);
    return [{ kind: "discrete", name: state.column, codes, cardinality: cardinalityOf(state) }];
  }

  override decode(encoded: readonly EncodedColumn[], state: CategoryState, context: RowContext): Column {
    return decodeCodes(discreteCodes(encoded, state.column), state, context);
  }
}

/** Codes in the order seen, or by text, number or frequency. Cost: one pass over the rows. */
export class LabelEncoder extends CodeEncoder<LabelEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["categorical", "ordinal", "boolean"];
  static readonly options: TransformOptions = {
    missing: missingOption,
    orderBy: {
      type: "choice",
      default: "seen",
      values: ["seen", "alphabetical", "numerical", "frequency"],
      description: "Which category gets which code.",
    },
  };

  constructor(options: LabelEncoderOptions = {}) {
    super("LabelEncoder", LabelEncoder, options);
  }

  override fit(stats: CategoryStats): CategoryState {
    return fitCategories(stats, this.options.missing, this.options.orderBy);
  }
}
