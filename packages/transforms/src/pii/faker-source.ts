// Faker as a function of (key, value number): its randomness is the words of one row stream, so fakes do not depend on
// how many were made before. Locales are loaded when a column asks for one; nothing is read at import.

import { createRequire } from "node:module";
import type { Faker, Randomizer } from "@faker-js/faker";
import type { StreamKey } from "@verisim/core";
import { RowRandom, VerisimError } from "@verisim/core";
import type { TransformOption } from "../transform-options.ts";

const load = createRequire(import.meta.url);

export const functionOption: TransformOption = {
  type: "text",
  default: null,
  description: "A kind of personal value or a function of Faker; null for the column's sdtype.",
};

export const localesOption: TransformOption = {
  type: "list",
  default: null,
  description: "Locales of Faker; null for the metadata's, else en.",
};

/** A faker whose randomness is set before every value. */
export class LocaleFaker {
  readonly faker: Faker;
  #random: RowRandom = new RowRandom([0, 0], 0);

  constructor(locale: string) {
    const original = loadLocale(locale);
    const randomizer: Randomizer = { next: () => this.#random.uniform(), seed: () => undefined };
    const FakerClass = original.constructor as typeof Faker;
    this.faker = new FakerClass({ locale: [original.rawDefinitions], randomizer });
    // Dates are relative to a fixed day, for no value may depend on the clock.
    this.faker.setDefaultRefDate("2025-01-01T00:00:00.000Z");
  }

  use(random: RowRandom): Faker {
    this.#random = random;
    return this.faker;
  }
}

/** Candidates for a locale as people write it: `de-AT`, `de_DE` (Python's Faker) or `de`. */
function localeNames(locale: string): string[] {
  const parts = locale.replaceAll("-", "_").split("_");
  const aliases: Readonly<Record<string, string>> = {
    no: "nb_NO",
    sr: "sr_RS_latin",
    id: "id_ID",
    cs: "cs_CZ",
  };
  const language = parts[0]!.toLowerCase();
  const names = [
    parts.join("_"),
    [language, ...parts.slice(1).map((part) => part.toUpperCase())].join("_"),
    language,
  ];
  return language in aliases ? [...names, aliases[language]!] : names;
}

function loadLocale(locale: string): Faker {
  if (/^[A-Za-z]{2,4}([_-][A-Za-z]+)*$/.test(locale)) {
    for (const name of localeNames(locale)) {
      try {
        return (load(`@faker-js/faker/locale/${name}`) as { faker: Faker }).faker;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") throw error;
      }
    }
  }
  throw new VerisimError(
    "VERISIM_LOCALE_UNKNOWN",
    `Expected a locale of Faker but received ${JSON.stringify(locale)}.`,
    { where: { option: "locales" }, hint: "Locales are language codes such as en, de, fr, pt_BR or zh_CN." },
  );
}

/** Several locales as one source: each value takes one of them by its first draw. */
export class FakerSource {
  readonly #fakers: readonly LocaleFaker[];
  #english: LocaleFaker | undefined;

  /** @throws VerisimError `VERISIM_LOCALE_UNKNOWN` */
  constructor(locales: readonly string[]) {
    this.#fakers = (locales.length === 0 ? ["en"] : locales).map((locale) => new LocaleFaker(locale));
  }

  /** The locale that names are listed from where a list is needed. */
  get first(): Faker {
    return this.#fakers[0]!.faker;
  }

  /**
   * What `write` makes with the faker of value number `value`; `attempt` gives another one for the same value.
   * English stands in where a locale has no such thing, as Moldova has no states and Hong Kong no postcodes.
   */
  make(write: (faker: Faker) => string, key: StreamKey, value: number, attempt: number = 0): string {
    const random = new RowRandom(key, value, attempt);
    const choice = this.#fakers.length === 1 ? 0 : random.below(this.#fakers.length);
    return this.#write(write, this.#fakers[choice]!, random, () => new RowRandom(key, value, attempt));
  }

  /** As `make`, always in the first locale. */
  makeFirst(write: (faker: Faker) => string, key: StreamKey, value: number): string {
    return this.#write(write, this.#fakers[0]!, new RowRandom(key, value), () => new RowRandom(key, value));
  }

  #write(
    write: (faker: Faker) => string,
    source: LocaleFaker,
    random: RowRandom,
    again: () => RowRandom,
  ): string {
    try {
      return write(source.use(random));
    } catch (error) {
      // Told by its message, as the class could only be had by loading all locales.
      if (!(error instanceof Error) || !error.message.startsWith("The locale data for")) throw error;
      this.#english ??= new LocaleFaker("en");
      return write(this.#english.use(again()));
    }
  }
}
