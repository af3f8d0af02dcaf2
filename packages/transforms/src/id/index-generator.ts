// Ids by counting: row i is start + i. IndexGenerator gives whole numbers, IDGenerator puts text around them.

import type { Column, EncodedColumn, RowContext } from "@verisim/core";
import type { CategoryStats } from "../categories.ts";
import { GeneratedTransform } from "../category-transform.ts";
import type { GeneratedState } from "../generated-column.ts";
import { fitGenerated, generateColumn } from "../generated-column.ts";
import type { TransformOption, TransformOptions } from "../transform-options.ts";
import { readOptions } from "../transform-options.ts";

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
abstract class CountedIds extends GeneratedTransform<CountedState> {
  readonly sdtypes: readonly string[] = ["id"];
  protected abstract readonly layout: {
    readonly start: number;
    readonly prefix: string;
    readonly suffix: string;
  };

  override fit(stats: CategoryStats): CountedState {
    return { ...fitGenerated(stats, "unique", true), ...this.layout };
  }

  override decode(_encoded: readonly EncodedColumn[], state: CountedState, context: RowContext): Column {
    return generateColumn(state, context, (row) => `${state.prefix}${state.start + row}${state.suffix}`);
  }
}

/** Row numbers as ids. */
export class IndexGenerator extends CountedIds {
  static readonly sdtypes: readonly string[] = ["id"];
  static readonly options: TransformOptions = { start: startOption };
  readonly name = "IndexGenerator";
  protected readonly layout: { readonly start: number; readonly prefix: string; readonly suffix: string };

  constructor(options: IndexGeneratorOptions = {}) {
    super();
    const { start } = readOptions("IndexGenerator", IndexGenerator.options, options);
    this.layout = { start, prefix: "", suffix: "" };
  }
}

/** Row numbers between a prefix and a suffix. */
export class IDGenerator extends CountedIds {
  static readonly sdtypes: readonly string[] = ["id"];
  static readonly options: TransformOptions = {
    start: startOption,
    prefix: { type: "text", default: "", description: "Text before the number." },
    suffix: { type: "text", default: "", description: "Text after the number." },
  };
  readonly name = "IDGenerator";
  protected readonly layout: { readonly start: number; readonly prefix: string; readonly suffix: string };

  constructor(options: IDGeneratorOptions = {}) {
    super();
    this.layout = readOptions<IDGeneratorOptions>("IDGenerator", IDGenerator.options, options);
  }
}
