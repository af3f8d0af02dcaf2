// Personal values replaced by made-up ones of their kind. Value number v is a function of (key, v): nothing is
// remembered, and a column without repeats takes v from a keyed permutation of a space of distinct values.

import type { Faker } from "@faker-js/faker";
import type { Column, ColumnMetadata, EncodedColumn, RowContext, StreamKey } from "@verisim/core";
import { VerisimError } from "@verisim/core";
import type { CategoryStats } from "../categories.ts";
import { GeneratedTransform } from "../category-transform.ts";
import type { GeneratedState } from "../generated-column.ts";
import { cardinalityRuleOption, fitGenerated, generateColumn } from "../generated-column.ts";
import { DistinctNumbers } from "../id/distinct-numbers.ts";
import type { CardinalityRule } from "../repeat-pattern.ts";
import type { TransformOptions } from "../transform-options.ts";
import { FakerSource, functionOption, localesOption } from "./faker-source.ts";
import type { DistinctKind } from "./personal-kinds.ts";
import { personalKind } from "./personal-kinds.ts";

export interface AnonymizedFakerOptions {
  /** A kind of personal value or a function of Faker (`person.jobTitle`). Default: the column's sdtype. */
  function?: string | null;
  /** Locales of Faker. Default: the metadata's, else `["en"]`. */
  locales?: readonly string[] | null;
  cardinalityRule?: CardinalityRule;
}

export type AnonymizedFakerState = GeneratedState & {
  readonly function: string;
  readonly locales: readonly string[];
};

/** The default of kinds without a space of their own: the number after the drawn value, `Boston 48213`. */
const numbered: (draw: (faker: Faker) => string) => DistinctKind = (draw) => ({
  size: () => 10n ** 9n,
  write: (index, faker) => `${draw(faker)} ${index}`,
});

/** Writes value number v of a column. */
export function valueWriter(
  state: AnonymizedFakerState,
  source: FakerSource,
  key: StreamKey,
): (value: number) => string {
  const kind = personalKind(state.function, source.first);
  if (!state.unique && state.repeats === null) return (value) => source.make(kind.draw, key, value);
  // "match" promises a number of distinct values; in "scale" two numbers may share a name, as two people do.
  const match = state.repeats !== null && !state.repeats.renew;
  const distinct = state.unique || match ? (kind.distinct ?? numbered(kind.draw)) : null;
  if (!distinct) return (value) => source.make(kind.draw, key, value);
  // Lists of names are those of the first locale, for the space must be one.
  const size = distinct.size(source.first);
  const numbers = new DistinctNumbers(key, size);
  return (value) => {
    if (BigInt(value) >= size) {
      throw new VerisimError(
        "VERISIM_ID_SPACE_EXHAUSTED",
        `Expected at most ${size} unique values of kind ${JSON.stringify(state.function)} ` +
          `in column ${JSON.stringify(state.column)} but row ${value + 1} was asked for.`,
        {
          where: { column: state.column, row: value + 1 },
          hint: "Ask for fewer rows, or give the column a kind with more values.",
        },
      );
    }
    const write = (faker: Faker): string => distinct.write(numbers.at(value), faker);
    return distinct.listed ? source.makeFirst(write, key, value) : source.make(write, key, value);
  };
}

/** The default transform of personal columns. Cost: 1 to 10 microseconds per value, by kind. */
export class AnonymizedFaker extends GeneratedTransform<AnonymizedFakerState, AnonymizedFakerOptions> {
  static readonly sdtypes: readonly string[] = ["pii", "unknown", "text", "id"];
  static readonly options: TransformOptions = {
    function: functionOption,
    locales: localesOption,
    cardinalityRule: cardinalityRuleOption,
  };
  readonly #sources = new WeakMap<AnonymizedFakerState, FakerSource>();

  constructor(options: AnonymizedFakerOptions = {}) {
    super("AnonymizedFaker", AnonymizedFaker, options);
  }

  /** @throws VerisimError `VERISIM_FAKER_UNKNOWN`, `VERISIM_LOCALE_UNKNOWN` */
  override fit(stats: CategoryStats, metadata: ColumnMetadata): AnonymizedFakerState {
    const name = this.options.function ?? metadata.sdtype;
    const locales = this.options.locales ?? metadata.locales ?? ["en"];
    const source = new FakerSource(locales);
    const { identifies = false } = personalKind(name, source.first);
    const state = {
      ...fitGenerated(stats, this.options.cardinalityRule, identifies),
      function: name,
      locales,
    };
    this.#sources.set(state, source);
    return state;
  }

  override decode(
    _encoded: readonly EncodedColumn[],
    state: AnonymizedFakerState,
    context: RowContext,
  ): Column {
    let source = this.#sources.get(state);
    if (!source) {
      source = new FakerSource(state.locales);
      this.#sources.set(state, source);
    }
    return generateColumn(state, context, valueWriter(state, source, context.key));
  }
}
