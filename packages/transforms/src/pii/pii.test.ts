import { allLocales } from "@faker-js/faker";
import type { Column, ColumnMetadata, DictionaryColumn, RowContext } from "@verisim/core";
import { cellAt, columnLength, streamKey, textColumn, VerisimError } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { AnonymizedFaker, type AnonymizedFakerOptions } from "./anonymized-faker.ts";
import { FakerSource } from "./faker-source.ts";
import { personalKinds } from "./personal-kinds.ts";
import { PseudoAnonymizedFaker } from "./pseudo-anonymized-faker.ts";
import { TextFaker } from "./text-faker.ts";

const key = streamKey(5, "table", "person");
const rows = (rowStart: number, rowCount: number): RowContext => ({ key, rowStart, rowCount });
const real = textColumn("person", ["someone@real.test", "other@real.test", "third@real.test"]);

function fakes(
  metadata: ColumnMetadata,
  options: AnonymizedFakerOptions,
  count: number,
  from: number = 0,
): string[] {
  const transform = new AnonymizedFaker(options);
  const state = transform.fit(transform.analyze(real), metadata);
  return texts(transform.decode([], state, rows(from, count)));
}

function texts(column: Column): string[] {
  return Array.from({ length: columnLength(column) }, (_, row) => String(cellAt(column, row)));
}

/** What a value of a kind looks like in English. */
const shapes: Readonly<Record<string, RegExp>> = {
  name: /^\S+ .*\S+$/,
  email: /^[^@\s]+@example\.(com|org|net)$/,
  phone_number: /\d{3}.*\d{4}/,
  ssn: /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/,
  ipv4_address: /^(\d{1,3}\.){3}\d{1,3}$/,
  ipv6_address: /^([0-9a-f]{4}:){7}[0-9a-f]{4}$/,
  mac_address: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
  country_code: /^[A-Z]{2}$/,
  state_abbr: /^[A-Z]{2}$/,
  postcode: /^\d{5}(-\d{4})?$/,
  latitude: /^-?\d{1,2}(\.\d{1,6})?$/,
  longitude: /^-?\d{1,3}(\.\d{1,6})?$/,
  iban: /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/,
  swift8: /^[A-Z0-9]{8}$/,
  swift11: /^[A-Z0-9]{11}$/,
  credit_card_number: /^4\d{15}$/,
  vin: /^[A-HJ-NPR-Z0-9]{17}$/,
  license_plate: /^[A-Z]{3}-\d{4}$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  user_agent_string: /^\S+\/[\d.]+/,
  date_of_birth: /^\d{4}-\d{2}-\d{2}$/,
};

describe.each(Object.keys(personalKinds))("the kind %s", (sdtype) => {
  test("gives varied values that look like it", () => {
    const made = fakes({ sdtype }, { cardinalityRule: "none" }, 300);
    expect(new Set(made).size).toBeGreaterThan(sdtype === "secondary_address" ? 100 : 30);
    for (const value of made) {
      expect(value).not.toMatch(/undefined|NaN|\[object/);
      if (shapes[sdtype]) expect(value).toMatch(shapes[sdtype]);
    }
  });

  test("gives 4,000 different values that still look like it where the column is unique", () => {
    const made = fakes({ sdtype }, { cardinalityRule: "unique" }, 4000);
    expect(new Set(made).size).toBe(4000);
    expect(fakes({ sdtype }, { cardinalityRule: "unique" }, 50, 1700)).toEqual(made.slice(1700, 1750));
    if (shapes[sdtype] && personalKinds[sdtype]!.distinct) {
      for (const value of made.slice(0, 300)) expect(value).toMatch(shapes[sdtype]);
    }
  });
});

function remainder97(text: string): number {
  const moved = text.slice(4) + text.slice(0, 4);
  const digits = Array.from(moved, (character) => String(Number.parseInt(character, 36))).join("");
  return Number(BigInt(digits) % 97n);
}

test("numbers with check digits keep them right, unique or not", () => {
  for (const cardinalityRule of ["none", "unique"] as const) {
    for (const iban of fakes({ sdtype: "iban" }, { cardinalityRule }, 200)) expect(remainder97(iban)).toBe(1);
    for (const card of fakes({ sdtype: "credit_card_number" }, { cardinalityRule }, 200)) {
      const sum = Array.from(card, Number)
        .reverse()
        .reduce(
          (total, digit, i) => total + (i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2),
          0,
        );
      expect(sum % 10).toBe(0);
    }
  }
});

test("every locale of Faker has every kind, in part in English", () => {
  const locales = Object.keys(allLocales);
  expect(locales.length).toBeGreaterThan(70);
  for (const locale of locales) {
    const source = new FakerSource([locale]);
    for (const [sdtype, kind] of Object.entries(personalKinds)) {
      const value = source.make(kind.draw, key, 1);
      expect(value, `${sdtype} in ${locale}`).not.toMatch(/^$|undefined|NaN/);
    }
  }
});

test("locales are found as Python's Faker, SDV and browsers write them, and mixed by row", () => {
  const german = fakes({ sdtype: "last_name", locales: ["de_DE"] }, { cardinalityRule: "none" }, 50);
  expect(german).toEqual(fakes({ sdtype: "last_name" }, { cardinalityRule: "none", locales: ["de"] }, 50));
  expect(fakes({ sdtype: "name" }, { locales: ["pt-br"], cardinalityRule: "none" }, 1)[0]).toMatch(/\S/);
  const mixed = fakes({ sdtype: "name" }, { locales: ["ja", "en"], cardinalityRule: "none" }, 400);
  const japanese = mixed.filter((name) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(name)).length;
  // Half of 400 with a deviation of 10: five deviations.
  expect(Math.abs(japanese - 200)).toBeLessThan(50);
});

test("any function of Faker serves by its name, in its module or alone, in camel or snake case", () => {
  const made = ["person.jobTitle", "jobTitle", "job_title"].map((sdtype) =>
    fakes({ sdtype }, { cardinalityRule: "none" }, 5),
  );
  expect(made[1]).toEqual(made[0]);
  expect(made[2]).toEqual(made[0]);
  for (const sdtype of ["nonsense", "constructor", "person.constructor", "__proto__", "a.b.c"]) {
    try {
      fakes({ sdtype }, {}, 1);
      expect.unreachable(sdtype);
    } catch (error) {
      expect(VerisimError.isInstance(error) && error.code, sdtype).toBe("VERISIM_FAKER_UNKNOWN");
    }
  }
  try {
    fakes({ sdtype: "name" }, { locales: ["xx", "../en"] }, 1);
    expect.unreachable();
  } catch (error) {
    expect(VerisimError.isInstance(error) && error.code).toBe("VERISIM_LOCALE_UNKNOWN");
  }
});

test("values that identify a person never repeat where real ones do not; names may", () => {
  const real = textColumn(
    "who",
    Array.from({ length: 300 }, (_, i) => `real${i}`),
  );
  const repeated = textColumn("who", ["a", "a", "b"]);
  const made = (sdtype: string, column: Column): Set<string> => {
    const transform = new AnonymizedFaker();
    const state = transform.fit(transform.analyze(column), { sdtype, pii: true });
    const { codes, dictionary } = transform.decode([], state, rows(0, 30_000)) as DictionaryColumn;
    return new Set(Array.from(codes, (code) => dictionary[code]!));
  };
  for (const sdtype of ["email", "user_name", "ssn", "iban", "credit_card_number"])
    expect(made(sdtype, real).size, sdtype).toBe(30_000);
  expect(made("first_name", real).size).toBeLessThan(5000);
  expect(made("email", repeated).size).toBeLessThan(30_000);
});

test("a unique kind without enough values says so", () => {
  const transform = new AnonymizedFaker({ cardinalityRule: "unique" });
  const state = transform.fit(transform.analyze(real), { sdtype: "phone_number" });
  expect(texts(transform.decode([], state, rows(9_999_999, 1)))[0]).toMatch(/\d/);
  expect(() => transform.decode([], state, rows(10_000_000, 1))).toThrow(/at most 10000000 unique values/);
});

test("the state of a faker column holds no value of it", () => {
  const transform = new AnonymizedFaker();
  const state = transform.fit(transform.analyze(real), { sdtype: "email" });
  expect(JSON.stringify(state)).not.toMatch(/real\.test|someone/);
});

describe("PseudoAnonymizedFaker", () => {
  const people = Array.from({ length: 600 }, (_, i) => `Person ${(i * i) % 150}`);

  function pseudonyms(
    cells: readonly string[],
    secret: string,
  ): { readonly column: Column; readonly json: string } {
    const transform = new PseudoAnonymizedFaker({ key: secret, function: "name", missing: "keep" });
    const column = textColumn("person", cells);
    const state = transform.fit(transform.analyze(column), { sdtype: "name" });
    const encoded = transform.encode(column, state, rows(0, cells.length));
    return { column: transform.decode(encoded, state, rows(0, cells.length)), json: JSON.stringify(state) };
  }

  test("gives one value one pseudonym, the same in any order of rows, another with another key", () => {
    const first = texts(pseudonyms(people, "one").column);
    const reversed = texts(pseudonyms([...people].reverse(), "one").column).reverse();
    expect(reversed).toEqual(first);
    const map = new Map(people.map((person, row) => [person, first[row]!]));
    expect(people.map((person) => map.get(person))).toEqual(first);
    expect(new Set(first).size).toBe(new Set(people).size);
    const other = texts(pseudonyms(people, "two").column);
    expect(other.filter((name, row) => name === first[row]).length).toBeLessThan(10);
  });

  test("stores neither the values nor the key", () => {
    const { json } = pseudonyms(people, "a long secret");
    expect(json).not.toMatch(/Person|a long secret/);
  });

  test("needs a key to fit and to encode", () => {
    const transform = new PseudoAnonymizedFaker({ function: "name" });
    const column = textColumn("person", people);
    for (const work of [
      () => transform.fit(transform.analyze(column), { sdtype: "name" }),
      () => {
        const keyed = new PseudoAnonymizedFaker({ key: "k", function: "name" });
        return transform.encode(column, keyed.fit(keyed.analyze(column), { sdtype: "name" }), rows(0, 600));
      },
    ]) {
      try {
        work();
        expect.unreachable();
      } catch (error) {
        expect(VerisimError.isInstance(error) && error.code).toBe("VERISIM_PSEUDONYM_KEY");
      }
    }
  });

  test("says so where the kind has too few values", () => {
    const transform = new PseudoAnonymizedFaker({ key: "k", function: "person.sex" });
    expect(() => transform.fit(transform.analyze(textColumn("person", people)), { sdtype: "name" })).toThrow(
      /44 different pseudonyms .* no more after 2/,
    );
  });
});

test("TextFaker keeps the number of words and no word", () => {
  const cells = Array.from({ length: 500 }, (_, i) => `Secret ${"word ".repeat(i % 11)}end.`);
  const transform = new TextFaker({ cardinalityRule: "none" });
  const column = textColumn("text", cells);
  const state = transform.fit(transform.analyze(column), { sdtype: "text" });
  const made = transform.decode([], state, rows(0, 5000)) as DictionaryColumn;
  const words = texts(made).map((text) => text.split(" ").length);
  const mean = words.reduce((sum, count) => sum + count, 0) / words.length;
  // Real texts have 2 to 12 words, 7 on average; 17 quantiles and 5,000 rows are within 0.3 of it.
  expect(Math.abs(mean - 7)).toBeLessThan(0.3);
  expect(Math.min(...words)).toBe(2);
  expect(Math.max(...words)).toBe(12);
  expect(JSON.stringify(state)).not.toContain("ecret");
  expect(texts(made).every((text) => /^[A-Z].*\.$/s.test(text) && !/secret|word/i.test(text))).toBe(true);
});

test("TextFaker follows the shape of texts that a machine wrote", () => {
  const points = Array.from(
    { length: 300 },
    (_, i) => `POINT (-73.95613449${100 + i} 40.794082${1000 + ((i * 37) % 1000)})`,
  );
  const transform = new TextFaker();
  const state = transform.fit(transform.analyze(textColumn("text", points)), { sdtype: "text" });
  const made = texts(transform.decode([], state, rows(0, 500)));
  expect(made.every((text) => /^POINT \(-[1-9]\d\.[1-9]\d{10} [1-9]\d\.[1-9]\d{9}\)$/.test(text))).toBe(true);
  expect(new Set(made).size).toBe(500);
});
