// Booleans as 0 and 1, however they are written: `false`/`true`, `no`/`yes`, `N`/`Y`, `0`/`1`. Of two other words the
// alphabetically later one is 1.

import { VerisimError } from "@verisim/core";
import type { CategoryStats } from "../categories.ts";
import { distinctCount, fitCategories } from "../categories.ts";
import type { MissingMode } from "../missing.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";
import type { NumberedCategoryState } from "./custom-label-encoder.ts";
import { NumberedCategories } from "./custom-label-encoder.ts";

export interface BinaryEncoderOptions {
  missing?: MissingMode;
}

const trueWords: ReadonlySet<string> = new Set(["true", "t", "yes", "y", "1", "1.0", "on"]);

/** Decode takes values of at least one half as true. */
export class BinaryEncoder extends NumberedCategories<BinaryEncoderOptions> {
  static readonly sdtypes: readonly string[] = ["boolean", "categorical"];
  static readonly options: TransformOptions = { missing: missingOption };

  constructor(options: BinaryEncoderOptions = {}) {
    super("BinaryEncoder", BinaryEncoder, options);
  }

  /** @throws VerisimError `VERISIM_NOT_BOOLEAN` for more than two different values. */
  override fit(stats: CategoryStats): NumberedCategoryState {
    if (distinctCount(stats) > 2) {
      throw new VerisimError(
        "VERISIM_NOT_BOOLEAN",
        `Expected at most two different values but received ${distinctCount(stats)}.`,
        { where: { column: stats.column }, hint: "Give the column the sdtype categorical." },
      );
    }
    const words = stats.dictionary.filter((_, code) => stats.counts[code]! > 0).sort();
    const isTrue = (word: string): boolean => trueWords.has(word.trim().toLowerCase());
    words.sort((a, b) => Number(isTrue(a)) - Number(isTrue(b)));
    const labels = words.length === 2 ? [0, 1] : words.map((word) => Number(isTrue(word)));
    return { ...fitCategories(stats, this.options.missing, words), labels: Float64Array.from(labels) };
  }
}
