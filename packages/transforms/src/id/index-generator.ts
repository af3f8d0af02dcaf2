// Ids by counting: row i is start + i. IndexGenerator gives whole numbers, IDGenerator puts text around them.

import type { Column, EncodedColumn, RowContext } from "@verisim/core";
import type { CategoryStats } from "../categories.ts";
import { GeneratedTransform } from "../category-transform.ts";
import type { GeneratedState } from "../generated-column.ts";
import { fitGenerated, generateColumn } from "../generated-column.ts";
import type { TransformOption, TransformOptions } from "../transform-options.ts";

export interface IndexGeneratorOptions {
  /** The first row's number. Default 0. */
  start?: number;
}

export interface IDGeneratorOptions extends IndexGeneratorOptions {
  /** Text before and after the number. Default none. */
  prefix?: string;
  suffix?: string;
}

export type CountedState = GeneratedState & {
  readonly start: number;
  readonly prefix: string;
  readonly suffix: string;
};

const startOption: TransformOption = {
  type: "integer",
  default: 0,
  description: "The first row's number.",
};

/** What both counters do; they differ in the text around the number. */
abstract class CountedIds<Options extends IndexGeneratorOptions> extends GeneratedTransform<
  CountedState,
  Options
> {
  protected abstract readonly around: { readonly prefix: string; readonly suffix: string };

  override fit(stats: CategoryStats): CountedState {
    const { start } = this.options as Required<IndexGeneratorOptions>;
    return { ...fitGenerated(stats, "unique", true), start, ...this.around };
  }

  override decode(_encoded: readonly EncodedColumn[], state: CountedState, context: RowContext): Column {
    return generateColumn(state, context, (row) => `${state.prefix}${state.start + row}${state.suffix}`);
  }
}

/** Row numbers as ids. */
export class IndexGenerator extends CountedIds<IndexGeneratorOptions> {
  static readonly sdtypes: readonly string[] = ["id"];
  static readonly options: TransformOptions = { start: startOption };

  constructor(options: IndexGeneratorOptions = {}) {
    super("IndexGenerator", IndexGenerator, options);
  }

  protected override get around(): { prefix: string; suffix: string } {
    return { prefix: "", suffix: "" };
  }
}

/** Row numbers between a prefix and a suffix. */
export class IDGenerator extends CountedIds<IDGeneratorOptions> {
  static readonly sdtypes: readonly string[] = ["id"];
  static readonly options: TransformOptions = {
    start: startOption,
    prefix: { type: "text", default: "", description: "Text before the number." },
    suffix: { type: "text", default: "", description: "Text after the number." },
  };

  constructor(options: IDGeneratorOptions = {}) {
    super("IDGenerator", IDGenerator, options);
  }

  protected override get around(): { prefix: string; suffix: string } {
    return { prefix: this.options.prefix, suffix: this.options.suffix };
  }
}
