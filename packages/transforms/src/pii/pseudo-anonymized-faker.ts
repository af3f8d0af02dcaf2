// Consistent pseudonyms: HMAC-SHA256 of the real value under the user's key chooses its fake, so the same value has the
// same fake in every run with that key, and without the key nothing leads back. The column stays a categorical one:
// a model sees codes, decode gives fakes. The state holds fakes and keyed tags, no real value and no key.

import { createHmac } from "node:crypto";
import type { Column, ColumnMetadata, EncodedColumn, RowContext } from "@verisim/core";
import { VerisimError } from "@verisim/core";
import { discreteCodes } from "../categorical/label-encoder.ts";
import type { CategoryState, CategoryStats } from "../categories.ts";
import { analyzeCategories, cardinalityOf, decodeCodes, encodeCodes } from "../categories.ts";
import { CategoryTransform } from "../category-transform.ts";
import type { EncodedShape } from "../column-transform.ts";
import type { MissingMode } from "../missing.ts";
import { missingRate } from "../missing.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption } from "../transform-options.ts";
import { FakerSource, functionOption, localesOption } from "./faker-source.ts";
import { personalKind } from "./personal-kinds.ts";

export interface PseudoAnonymizedFakerOptions {
  missing?: MissingMode;
  /** The secret. Needed to fit and to encode, never stored. */
  key?: string | null;
  /** A kind of personal value or a function of Faker. Default: the column's sdtype. */
  function?: string | null;
  /** Locales of Faker. Default: the metadata's, else `["en"]`. */
  locales?: readonly string[] | null;
}

export type PseudoAnonymizedFakerState = CategoryState & {
  /** The first 64 bits of each category's digest, two words each: what encode finds codes by. */
  readonly tags: Uint32Array;
};

interface Digest {
  readonly text: string;
  readonly words: Uint32Array;
  readonly rows: number;
}

const attempts = 1000;

/** Cost: one HMAC per different value. */
export class PseudoAnonymizedFaker extends CategoryTransform<
  PseudoAnonymizedFakerState,
  PseudoAnonymizedFakerOptions
> {
  static readonly sdtypes: readonly string[] = ["pii", "unknown", "text", "id", "categorical"];
  static readonly options: TransformOptions = {
    missing: missingOption,
    key: { type: "text", default: null, description: "The secret that pseudonyms depend on; never stored." },
    function: functionOption,
    locales: localesOption,
  };

  constructor(options: PseudoAnonymizedFakerOptions = {}) {
    super("PseudoAnonymizedFaker", PseudoAnonymizedFaker, options);
  }

  /**
   * @throws VerisimError `VERISIM_PSEUDONYM_KEY` without a key, `VERISIM_FAKER_UNKNOWN`, `VERISIM_LOCALE_UNKNOWN`,
   * `VERISIM_ID_SPACE_EXHAUSTED` where the kind has too few values for all pseudonyms to differ
   */
  override fit(stats: CategoryStats, metadata: ColumnMetadata): PseudoAnonymizedFakerState {
    const name = this.options.function ?? metadata.sdtype;
    const source = new FakerSource(this.options.locales ?? metadata.locales ?? ["en"]);
    const kind = personalKind(name, source.first);
    const digests: Digest[] = [];
    stats.dictionary.forEach((text, code) => {
      if (stats.counts[code]! > 0) {
        digests.push({ text, words: this.#digest(text, stats.column), rows: stats.counts[code]! });
      }
    });
    // In the order of the digests, which no order of rows changes: who gives way in a clash is then settled too.
    digests.sort((a, b) => a.words[0]! - b.words[0]! || a.words[1]! - b.words[1]!);
    const taken = new Set<string>();
    const real = new Set(digests.map(({ text }) => text));
    const categories = digests.map(({ words }) => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const fake = source.make(kind.draw, [words[2]!, words[3]!], words[4]!, attempt);
        if (taken.has(fake) || (real.has(fake) && attempt < attempts / 2)) continue;
        taken.add(fake);
        return fake;
      }
      throw new VerisimError(
        "VERISIM_ID_SPACE_EXHAUSTED",
        `Expected ${digests.length} different pseudonyms of kind ${JSON.stringify(name)} ` +
          `but found no more after ${taken.size}.`,
        { where: { column: stats.column }, hint: "Choose a kind with more values." },
      );
    });
    const tags = new Uint32Array(2 * digests.length);
    for (const [code, { words }] of digests.entries()) tags.set(words.subarray(0, 2), 2 * code);
    return {
      column: stats.column,
      kind: "dictionary",
      categories,
      counts: Float64Array.from(digests, ({ rows }) => rows),
      missing: this.options.missing,
      rate: missingRate(stats),
      tags,
    };
  }

  override outputs(state: PseudoAnonymizedFakerState): readonly EncodedShape[] {
    return [{ kind: "discrete", name: state.column, cardinality: cardinalityOf(state) }];
  }

  /** @throws VerisimError `VERISIM_PSEUDONYM_KEY` without the key. */
  override encode(column: Column, state: PseudoAnonymizedFakerState, context: RowContext): EncodedColumn[] {
    const byTag = new Map<string, string>();
    state.categories.forEach((fake, code) => {
      byTag.set(`${state.tags[2 * code]},${state.tags[2 * code + 1]}`, fake);
    });
    const texts = column.kind === "dictionary" ? column : analyzeCategories(column);
    // The column with every entry of its dictionary replaced by its fake; a private mark stands for unknown values.
    const dictionary = texts.dictionary.map((text) => {
      const [high, low] = this.#digest(text, state.column);
      return byTag.get(`${high},${low}`) ?? "\u0000";
    });
    const codes = column.kind === "dictionary" ? column.codes : numberCodes(column.values, texts.dictionary);
    const named: Column = { kind: "dictionary", name: state.column, codes, dictionary };
    return [
      {
        kind: "discrete",
        name: state.column,
        codes: encodeCodes(named, state, context),
        cardinality: cardinalityOf(state),
      },
    ];
  }

  override decode(
    encoded: readonly EncodedColumn[],
    state: PseudoAnonymizedFakerState,
    context: RowContext,
  ): Column {
    return decodeCodes(discreteCodes(encoded, state.column), state, context);
  }

  #digest(text: string, column: string): Uint32Array {
    const { key } = this.options;
    if (key === null || key === "") {
      throw new VerisimError("VERISIM_PSEUDONYM_KEY", "Expected a key for pseudonyms but received none.", {
        where: { column, option: "key" },
        hint: "Pass pii.key, or the option key of the column's transform; keep it secret.",
      });
    }
    const bytes = createHmac("sha256", key).update(text, "utf8").digest();
    return Uint32Array.from({ length: 8 }, (_, i) => bytes.readUInt32BE(4 * i));
  }
}

function numberCodes(values: Float64Array, dictionary: readonly string[]): Int32Array {
  const index = new Map(dictionary.map((text, code) => [Number(text), code]));
  return Int32Array.from(values, (value) => index.get(value) ?? -1);
}
