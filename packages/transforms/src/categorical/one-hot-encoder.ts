// One-hot codes without the zeros: a discrete column and its width say all that a matrix of rows x categories would.
// Models gather and add rows of their weights by code, so the matrix is never made.

import type { CategoryState, CategoryStats } from "../categories.ts";
import { fitCategories } from "../categories.ts";
import type { MissingMode } from "../missing.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";
import { CodeEncoder } from "./label-encoder.ts";

export interface OneHotEncoderOptions {
  /** Default `from_column`: missing is one more code. */
  missing?: MissingMode;
}

/** Alphabetical codes, so that the same categories have the same columns in every table. Memory: one number a row. */
export class OneHotEncoder extends CodeEncoder<OneHotEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["categorical", "boolean", "ordinal"];
  static readonly options: TransformOptions = { missing: { ...missingOption, default: "from_column" } };

  constructor(options: OneHotEncoderOptions = {}) {
    super("OneHotEncoder", OneHotEncoder, options);
  }

  override fit(stats: CategoryStats): CategoryState {
    return fitCategories(stats, this.options.missing, "alphabetical");
  }
}
