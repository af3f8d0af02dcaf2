// Free text replaced by filler words: about as many words as the real cells have, no word of them. What texts say is
// the business of a language model; this keeps lengths, gaps and repeats. Texts that a machine wrote, such as
// `POINT (-73.9 40.7)`, follow the pattern of their shape instead.

import type { Column, ColumnMetadata, EncodedColumn, RowContext } from "@verisim/core";
import { rowUniform } from "@verisim/core";
import type { CategoryStats } from "../categories.ts";
import { GeneratedTransform } from "../category-transform.ts";
import type { GeneratedState } from "../generated-column.ts";
import { cardinalityRuleOption, fitGenerated, generateColumn } from "../generated-column.ts";
import { DistinctNumbers } from "../id/distinct-numbers.ts";
import { isMachineText, learnIdShape } from "../id/id-shape.ts";
import { RegexLanguage } from "../regex/regex-language.ts";
import type { CardinalityRule } from "../repeat-pattern.ts";
import type { TransformOptions } from "../transform-options.ts";
import { FakerSource, localesOption } from "./faker-source.ts";

export interface TextFakerOptions {
  /** Locales of Faker. Default: the metadata's, else `["en"]`. */
  locales?: readonly string[] | null;
  cardinalityRule?: CardinalityRule;
}

export type TextFakerState = GeneratedState & {
  readonly locales: readonly string[];
  /** Words per cell at evenly spaced shares, 0 to 1 (17 of them). */
  readonly words: readonly number[];
  readonly capital: boolean;
  readonly stop: boolean;
  /** The pattern of machine-written texts; null for words. */
  readonly pattern: string | null;
};

const quantiles = 16;
const mostWords = 2000;
const wordsBlock = 0xfffffff5;

function wordCount(text: string): number {
  return Math.min(mostWords, text.split(/\s+/).filter((word) => word !== "").length);
}

function learnTexts(stats: CategoryStats): Pick<TextFakerState, "words" | "capital" | "stop"> {
  const cells: { readonly words: number; readonly rows: number }[] = [];
  let rows = 0;
  let capitals = 0;
  let stops = 0;
  stats.dictionary.forEach((text, code) => {
    const count = stats.counts[code]!;
    if (count === 0) return;
    rows += count;
    cells.push({ words: wordCount(text), rows: count });
    if (/^\s*\p{Lu}/u.test(text)) capitals += count;
    if (/[.!?]\s*$/.test(text)) stops += count;
  });
  cells.sort((a, b) => a.words - b.words);
  const words: number[] = [];
  let cell = 0;
  let passed = cells[0]?.rows ?? 0;
  for (let q = 0; q <= quantiles; q++) {
    while (cell + 1 < cells.length && passed < (q / quantiles) * rows) passed += cells[++cell]!.rows;
    words.push(cells[cell]?.words ?? 1);
  }
  return { words, capital: capitals * 2 > rows, stop: stops * 2 > rows };
}

/** The default transform of free text. Cost: a microsecond per word. */
export class TextFaker extends GeneratedTransform<TextFakerState, TextFakerOptions> {
  static readonly sdtypes: readonly string[] = ["text", "unknown"];
  static readonly options: TransformOptions = {
    locales: localesOption,
    cardinalityRule: cardinalityRuleOption,
  };
  readonly #sources = new WeakMap<TextFakerState, FakerSource>();

  constructor(options: TextFakerOptions = {}) {
    super("TextFaker", TextFaker, options);
  }

  /** @throws VerisimError `VERISIM_LOCALE_UNKNOWN` */
  override fit(stats: CategoryStats, metadata: ColumnMetadata): TextFakerState {
    const locales = this.options.locales ?? metadata.locales ?? ["en"];
    const state = {
      ...fitGenerated(stats, this.options.cardinalityRule, false),
      ...learnTexts(stats),
      locales,
      pattern: isMachineText(stats) ? learnIdShape(stats).pattern : null,
    };
    this.#sources.set(state, new FakerSource(locales));
    return state;
  }

  override decode(_encoded: readonly EncodedColumn[], state: TextFakerState, context: RowContext): Column {
    let source = this.#sources.get(state);
    if (!source) {
      source = new FakerSource(state.locales);
      this.#sources.set(state, source);
    }
    const fakers = source;
    if (state.pattern !== null) {
      const language = new RegexLanguage(state.pattern);
      const numbers = new DistinctNumbers(context.key, language.size);
      // Only a tiny space has fewer texts than values; they then come again.
      const size = Number(language.size);
      return generateColumn(state, context, (value) => language.at(numbers.at(value % size)));
    }
    return generateColumn(state, context, (value) => {
      const place = rowUniform(context.key, value, 0, wordsBlock) * quantiles;
      const low = state.words[Math.floor(place)]!;
      const high = state.words[Math.floor(place) + 1]!;
      const count = Math.round(low + (place - Math.floor(place)) * (high - low));
      let text = count === 0 ? "" : fakers.make((faker) => faker.lorem.words(count), context.key, value);
      if (state.capital) text = text.charAt(0).toUpperCase() + text.slice(1);
      if (state.stop) text += ".";
      return state.unique ? `${text} ${value + 1}` : text;
    });
  }
}
