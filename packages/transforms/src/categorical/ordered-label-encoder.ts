// Ordinal categories as codes from lowest to highest.

import type { ColumnMetadata } from "@verisim/core";
import type { CategoryOrder, CategoryState, CategoryStats } from "../categories.ts";
import { fitCategories } from "../categories.ts";
import type { MissingMode } from "../missing.ts";
import type { TransformOption, TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";
import { CodeEncoder } from "./label-encoder.ts";

export interface OrderedLabelEncoderOptions {
  missing?: MissingMode;
  /** The categories from lowest to highest. Default: the metadata's, else by number or alphabet. */
  order?: readonly string[] | null;
}

export const orderOption: TransformOption = {
  type: "list",
  default: null,
  description: "The categories from lowest to highest; null for the metadata's, else by number or alphabet.",
};

/** The order to fit with: the option's, the metadata's, or what the texts themselves suggest. */
export function orderOfCategories(
  stats: CategoryStats,
  metadata: ColumnMetadata,
  order: readonly string[] | null,
): CategoryOrder | readonly string[] {
  const given = order ?? metadata.rangeValues;
  if (given) return given;
  const numbers = stats.dictionary.every((text) => text.trim() !== "" && Number.isFinite(Number(text)));
  return numbers ? "numerical" : "alphabetical";
}

/** Codes 0..k-1 in the order of the categories. */
export class OrderedLabelEncoder extends CodeEncoder<OrderedLabelEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["ordinal", "categorical"];
  static readonly options: TransformOptions = { missing: missingOption, order: orderOption };

  constructor(options: OrderedLabelEncoderOptions = {}) {
    super("OrderedLabelEncoder", OrderedLabelEncoder, options);
  }

  /** @throws VerisimError `VERISIM_CATEGORY_ORDER` where the order leaves out a category of the data. */
  override fit(stats: CategoryStats, metadata: ColumnMetadata): CategoryState {
    return fitCategories(stats, this.options.missing, orderOfCategories(stats, metadata, this.options.order));
  }
}
