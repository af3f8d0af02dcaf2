// Ids by regular expression. Row i takes number i of a keyed permutation of all texts of the pattern: unique, the same
// for any batching, in constant memory. Without a pattern the shape of the real ids is learnt.

import type { Column, ColumnMetadata, EncodedColumn, RowContext, StreamKey } from "@verisim/core";
import { rowWords, VerisimError } from "@verisim/core";
import type { CategoryStats } from "../categories.ts";
import { GeneratedTransform } from "../category-transform.ts";
import type { GeneratedState } from "../generated-column.ts";
import { cardinalityRuleOption, fitGenerated, generateColumn } from "../generated-column.ts";
import { RegexLanguage } from "../regex/regex-language.ts";
import type { CardinalityRule } from "../repeat-pattern.ts";
import type { TransformOptions } from "../transform-options.ts";
import { type IdShape, learnIdShape } from "./id-shape.ts";
import { IdSpace, occupiedStretches } from "./id-space.ts";

export interface RegexGeneratorOptions {
  /**
   * The pattern. Default: the metadata's `regexFormat`, else learnt from the shape of the ids. What was found in the data
   * (`regexLearnt`) or learnt goes on with longer ids when it has no more; what was declared does not.
   */
  regexFormat?: string | null;
  cardinalityRule?: CardinalityRule;
  /** Take ids that the real column does not have as long as there are any. Default true. */
  avoidRealIds?: boolean;
  /** How often `*`, `+` and `{m,}` repeat at most beyond their minimum. Default 16. */
  maxRepeat?: number;
}

export type RegexGeneratorState = GeneratedState & {
  readonly pattern: string;
  readonly maxRepeat: number;
  /** Learnt patterns only: the pattern that takes over, with `\d{k}` after it, when there are no more ids. */
  readonly overflow: string | null;
  /** Stretches of the number space that hold real ids; see id-space.ts. */
  readonly occupied?: Uint8Array;
};

/** The spaces of one (state, key); level k > 0 is the overflow pattern with k more digits. */
class IdSource {
  readonly #state: RegexGeneratorState;
  readonly #key: StreamKey;
  readonly #levels: IdSpace[];

  constructor(state: RegexGeneratorState, key: StreamKey) {
    this.#state = state;
    this.#key = key;
    const language = new RegexLanguage(state.pattern, state.maxRepeat);
    this.#levels = [new IdSpace(language, state.occupied ?? null, key)];
  }

  unique(value: number): string {
    let rest = value;
    for (let level = 0; ; level++) {
      const space = this.#level(level, value);
      if (BigInt(rest) < space.size) return space.at(rest);
      rest -= Number(space.size);
    }
  }

  /** A text drawn by the words of the value, for columns that may repeat. */
  drawn(value: number): string {
    const [a, b] = rowWords(this.#key, value);
    const size = this.#levels[0]!.size;
    const bound = size < BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : Number.MAX_SAFE_INTEGER;
    return this.#levels[0]!.at(Math.floor(((a * 2097152 + (b >>> 11)) / 9007199254740992) * bound));
  }

  #level(level: number, value: number): IdSpace {
    const known = this.#levels[level];
    if (known) return known;
    const { column, pattern, overflow, maxRepeat } = this.#state;
    if (overflow === null) {
      throw new VerisimError(
        "VERISIM_ID_SPACE_EXHAUSTED",
        `Expected at most ${this.#levels[0]!.size} unique ids of the pattern ${JSON.stringify(pattern)} ` +
          `in column ${JSON.stringify(column)} but row ${value + 1} was asked for.`,
        {
          where: { column, row: value + 1, option: "regexFormat" },
          hint:
            "Ask for fewer rows, give the column a regexFormat (regex_format in a metadata file) with more ids, or " +
            "none: ids of a pattern that is found in the data get longer.",
        },
      );
    }
    const space = new IdSpace(new RegexLanguage(`${overflow}\\d{${level}}`, maxRepeat), null, this.#key);
    this.#levels[level] = space;
    return space;
  }
}

/** The default transform of id columns. Cost: about a microsecond per id and memory by the pattern alone. */
export class RegexGenerator extends GeneratedTransform<RegexGeneratorState, RegexGeneratorOptions> {
  static readonly sdtypes: readonly string[] = ["id", "unknown", "text"];
  static readonly options: TransformOptions = {
    regexFormat: {
      type: "text",
      default: null,
      description: "The pattern of the ids; null for the metadata's, or the shape of the real ids.",
    },
    cardinalityRule: cardinalityRuleOption,
    avoidRealIds: {
      type: "boolean",
      default: true,
      description: "Take ids that the real column does not have as long as there are any.",
    },
    maxRepeat: {
      type: "integer",
      default: 16,
      min: 0,
      max: 256,
      description: "How often *, + and {m,} repeat at most beyond their minimum.",
    },
  };
  // Automata and permutations are made once per state, not once per batch.
  readonly #sources = new WeakMap<
    RegexGeneratorState,
    { readonly key: StreamKey; readonly source: IdSource }
  >();

  constructor(options: RegexGeneratorOptions = {}) {
    super("RegexGenerator", RegexGenerator, options);
  }

  override fit(stats: CategoryStats, metadata: ColumnMetadata): RegexGeneratorState {
    const { avoidRealIds, maxRepeat, cardinalityRule } = this.options;
    // Texts of a pattern such as \d{1,3} are fewer numbers than texts (07 is 7): numbers follow their own shape.
    const declared = stats.kind === "number" ? undefined : metadata.regexFormat;
    const given = this.options.regexFormat ?? declared ?? null;
    const strict = given !== null && (this.options.regexFormat !== null || metadata.regexLearnt !== true);
    const shape = strict ? null : learnIdShape(stats);
    const pattern = given ?? shape!.pattern;
    let language: RegexLanguage;
    try {
      language = new RegexLanguage(pattern, maxRepeat);
    } catch (error) {
      if (!VerisimError.isInstance(error)) throw error;
      throw new VerisimError(error.code, error.message, {
        where: { ...error.where, column: stats.column },
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
    const occupied = avoidRealIds ? occupiedStretches(language, presentTexts(stats)) : null;
    return {
      ...fitGenerated(stats, cardinalityRule, true),
      pattern,
      maxRepeat,
      overflow: shape ? overflowBeyond(language, shape, maxRepeat) : null,
      ...(occupied ? { occupied } : {}),
    };
  }

  override decode(
    _encoded: readonly EncodedColumn[],
    state: RegexGeneratorState,
    context: RowContext,
  ): Column {
    let known = this.#sources.get(state);
    if (known?.key[0] !== context.key[0] || known.key[1] !== context.key[1]) {
      known = { key: context.key, source: new IdSource(state, context.key) };
      this.#sources.set(state, known);
    }
    const { source } = known;
    const distinct = state.unique || state.repeats !== null;
    return generateColumn(state, context, (value) => (distinct ? source.unique(value) : source.drawn(value)));
  }
}

/** The overflow of a learnt shape, made as long as the longest id of the pattern: with more digits none is of both. */
function overflowBeyond(language: RegexLanguage, { overflow }: IdShape, maxRepeat: number): string {
  const lacking = language.longest - new RegexLanguage(overflow, maxRepeat).longest;
  return lacking > 0 ? `${overflow}\\d{${lacking}}` : overflow;
}

function* presentTexts(stats: CategoryStats): Generator<string> {
  for (let code = 0; code < stats.dictionary.length; code++) {
    if (stats.counts[code]! > 0) yield stats.dictionary[code]!;
  }
}
