// Categories as numbers in [0, 1]: each owns an interval as long as its share of the rows, so that a uniform number
// decodes to the real shares. UniformEncoder and FrequencyEncoder differ in the order of the intervals and in where
// within its interval a row is placed.

import type { Column, ColumnMetadata, EncodedColumn, RowContext } from "@verisim/core";
import { rowUniform } from "@verisim/core";
import { normalQuantile } from "@verisim/stats";
import type { CategoryState, CategoryStats } from "../categories.ts";
import {
  categoryShares,
  codeAt,
  cumulativeShares,
  decodeCodes,
  encodeCodes,
  fitCategories,
} from "../categories.ts";
import { CategoryTransform } from "../category-transform.ts";
import type { EncodedShape } from "../column-transform.ts";
import type { MissingMode } from "../missing.ts";
import { continuousValues } from "../numerical/float-formatter.ts";
import type { TransformOption, TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";
import { orderOfCategories, orderOption } from "./ordered-label-encoder.ts";

/** Missing cells are one more category by default, as their share is then modelled like any other. */
const categoryMissingOption: TransformOption = { ...missingOption, default: "from_column" };

export interface UniformEncoderOptions {
  /** Default `from_column`: missing is one more category. */
  missing?: MissingMode;
}

export interface OrderedUniformEncoderOptions extends UniformEncoderOptions {
  /** The categories from lowest to highest. Default: the metadata's, else by number or alphabet. */
  order?: readonly string[] | null;
}

export interface FrequencyEncoderOptions extends UniformEncoderOptions {
  /** Spread rows around the middle of their interval (normal, a sixth of it). Default false: all at the middle. */
  noise?: boolean;
}

/** How a row is placed in its category's interval [start, end), from the row's uniform. */
type Placement = (start: number, end: number, u: number) => number;

const uniformly: Placement = (start, end, u) => start + u * (end - start);
const atMiddle: Placement = (start, end) => (start + end) / 2;
const aroundMiddle: Placement = (start, end, u) =>
  (start + end) / 2 + (Math.min(2.9, Math.max(-2.9, normalQuantile(u))) * (end - start)) / 6;

type IntervalState = CategoryState & { readonly placement: "uniform" | "middle" | "normal" };

const placements: Readonly<Record<IntervalState["placement"], Placement>> = {
  uniform: uniformly,
  middle: atMiddle,
  normal: aroundMiddle,
};

abstract class IntervalEncoder<Options extends object> extends CategoryTransform<IntervalState, Options> {
  override outputs(state: IntervalState): readonly EncodedShape[] {
    return [{ kind: "continuous", name: state.column }];
  }

  override encode(column: Column, state: IntervalState, context: RowContext): EncodedColumn[] {
    const codes = encodeCodes(column, state, context);
    const ends = cumulativeShares(categoryShares(state));
    const place = placements[state.placement];
    const values = new Float64Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      if (code < 0) {
        // Without any category there is nothing to place: 0 decodes to a missing cell again.
        values[i] = state.missing === "keep" ? Number.NaN : 0;
        continue;
      }
      const start = code === 0 ? 0 : ends[code - 1]!;
      const value = place(start, ends[code]!, rowUniform(context.key, context.rowStart + i));
      // Rounding may reach the end, which belongs to the next category.
      values[i] = value < ends[code]! ? value : start;
    }
    return [{ kind: "continuous", name: state.column, values }];
  }

  override decode(encoded: readonly EncodedColumn[], state: IntervalState, context: RowContext): Column {
    const ends = cumulativeShares(categoryShares(state));
    const codes = Int32Array.from(continuousValues(encoded, state.column), (value) => codeAt(ends, value));
    return decodeCodes(codes, state, context);
  }
}

/** Rows are spread evenly over the interval of their category. Cost: a binary search per decoded row. */
export class UniformEncoder extends IntervalEncoder<UniformEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["categorical", "boolean", "ordinal"];
  static readonly options: TransformOptions = { missing: categoryMissingOption };

  constructor(options: UniformEncoderOptions = {}) {
    super("UniformEncoder", UniformEncoder, options);
  }

  override fit(stats: CategoryStats): IntervalState {
    return { ...fitCategories(stats, this.options.missing), placement: "uniform" };
  }
}

/** As UniformEncoder, with the intervals in the order of the categories. */
export class OrderedUniformEncoder extends IntervalEncoder<OrderedUniformEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["ordinal", "categorical"];
  static readonly options: TransformOptions = { missing: categoryMissingOption, order: orderOption };

  constructor(options: OrderedUniformEncoderOptions = {}) {
    super("OrderedUniformEncoder", OrderedUniformEncoder, options);
  }

  override fit(stats: CategoryStats, metadata: ColumnMetadata): IntervalState {
    const order = orderOfCategories(stats, metadata, this.options.order);
    return { ...fitCategories(stats, this.options.missing, order), placement: "uniform" };
  }
}

/** The commonest category first, rows at the middle of their interval. */
export class FrequencyEncoder extends IntervalEncoder<FrequencyEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["categorical", "boolean", "ordinal"];
  static readonly options: TransformOptions = {
    missing: categoryMissingOption,
    noise: {
      type: "boolean",
      default: false,
      description: "Spread rows around the middle of their interval.",
    },
  };

  constructor(options: FrequencyEncoderOptions = {}) {
    super("FrequencyEncoder", FrequencyEncoder, options);
  }

  override fit(stats: CategoryStats): IntervalState {
    const placement = this.options.noise ? "normal" : "middle";
    return { ...fitCategories(stats, this.options.missing, "frequency"), placement };
  }
}
