// Columns that transforms are tested on, by sdtype: ordinary ones and the ones that break things (constant, almost
// constant, huge, tiny, one row, no row, all missing). Numbers come from fixed streams.

import type { Column } from "@verisim/core";
import { numberColumn, RowRandom, rowUniform, streamKey, textColumn } from "@verisim/core";

export interface SampleColumn {
  readonly title: string;
  readonly column: Column;
}

const rows = 400;
const key = streamKey(11, "samples");

function uniforms(count: number, purpose: string): number[] {
  const own = streamKey(11, "samples", purpose);
  return Array.from({ length: count }, (_, row) => rowUniform(own, row));
}

/** Sum of twelve uniforms: bell-shaped enough, and exact on every machine. */
function bell(count: number, purpose: string): number[] {
  const own = streamKey(12, "samples", purpose);
  return Array.from({ length: count }, (_, row) => {
    const random = new RowRandom(own, row);
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.uniform();
    return sum;
  });
}

const withGaps = <Cell>(cells: readonly Cell[], gap: Cell): Cell[] =>
  cells.map((cell, row) => (rowUniform(key, row) < 0.2 ? gap : cell));

function numbers(values: Readonly<Record<string, readonly number[]>>): SampleColumn[] {
  return Object.entries(values).flatMap(([title, cells]) => {
    const plain = { title, column: numberColumn("column", cells) };
    if (cells.length < 10) return [plain];
    return [
      plain,
      { title: `${title}, with gaps`, column: numberColumn("column", withGaps(cells, Number.NaN)) },
    ];
  });
}

function texts(values: Readonly<Record<string, readonly (string | null)[]>>): SampleColumn[] {
  return Object.entries(values).flatMap(([title, cells]) => {
    const plain = { title, column: textColumn("column", cells) };
    if (cells.length < 10) return [plain];
    return [plain, { title: `${title}, with gaps`, column: textColumn("column", withGaps(cells, null)) }];
  });
}

const fill = <Cell>(cell: Cell): Cell[] => Array.from({ length: rows }, () => cell);

function numericalSamples(): SampleColumn[] {
  return numbers({
    constant: fill(42.5),
    "almost constant": fill(0).map((zero, row) => (row === 77 ? 1000 : zero)),
    integers: uniforms(rows, "integers").map((u) => Math.floor(u * 90)),
    "two decimals": bell(rows, "decimals").map((z) => Math.round(5000 + 900 * z) / 100),
    "all digits": bell(rows, "digits"),
    big: uniforms(rows, "big").map((u) => Math.floor(u * 1e15)),
    tiny: uniforms(rows, "tiny").map((u) => u * 1e-12),
    "half zeros and a long tail": uniforms(rows, "tail").map((u) =>
      u < 0.5 ? 0 : Math.round(100 * Math.exp(8 * (u - 0.5))),
    ),
    "one row": [3.25],
    "two rows": [1, 2],
    "no row": [],
    "all missing": fill(Number.NaN).slice(0, 9),
  });
}

function datetimeSamples(): SampleColumn[] {
  const start = Date.UTC(2021, 2, 1) * 1000;
  return numbers({
    constant: fill(start),
    days: uniforms(rows, "days").map((u) => start + Math.floor(u * 900) * 86_400_000_000),
    seconds: uniforms(rows, "seconds").map((u) => start + Math.floor(u * 1e7) * 1_000_000),
    "before 1970": uniforms(rows, "past").map((u) => -Math.floor(u * 1e15)),
    "one row": [start + 1],
    "no row": [],
    "all missing": [Number.NaN, Number.NaN],
  });
}

function categoricalSamples(): SampleColumn[] {
  const pick = (purpose: string, words: readonly string[]): string[] =>
    uniforms(rows, purpose).map((u) => words[Math.floor(u * u * words.length)]!);
  return [
    ...texts({
      constant: fill("only"),
      "almost constant": fill("common").map((word, row) => (row === 5 ? "rare" : word)),
      few: pick("few", ["", "a", "B", "c,d", "ä\n", "1"]),
      many: uniforms(rows, "many").map((u) => `word ${Math.floor(u * 300)}`),
      "all different": fill("").map((_, row) => `value ${row}`),
      "one row": ["x"],
      "no row": [],
      "all missing": [null, null, null],
    }),
    ...numbers({ "numbers as categories": uniforms(rows, "codes").map((u) => Math.floor(u * 5) - 1.5) }),
  ];
}

function booleanSamples(): SampleColumn[] {
  return [
    ...texts({
      words: uniforms(rows, "words").map((u) => (u < 0.3 ? "yes" : "no")),
      capitals: uniforms(rows, "capitals").map((u) => (u < 0.9 ? "TRUE" : "FALSE")),
      constant: fill("False"),
      "one row": ["true"],
      "no row": [],
      "all missing": [null, null],
    }),
    ...numbers({ "zeros and ones": uniforms(rows, "bits").map((u) => (u < 0.5 ? 0 : 1)) }),
  ];
}

function idSamples(): SampleColumn[] {
  return [
    ...texts({
      "prefixed numbers": fill("").map((_, row) => `INV-${String(row * 7).padStart(6, "0")}`),
      uuids: fill("").map((_, row) => `0b7f3c1e-${String(1000 + row)}-4a5b-8c6d-0123456789ab`),
      repeated: uniforms(rows, "repeated").map((u) => `C${Math.floor(u * 40)}`),
      constant: fill("same"),
      "one row": ["A1"],
      "no row": [],
      "all missing": [null, null],
    }),
    ...numbers({ "whole numbers": fill(0).map((_, row) => 10_000 + row) }),
  ];
}

function textSamples(): SampleColumn[] {
  return texts({
    sentences: fill("").map((_, row) => `The ${"very ".repeat(row % 7)}long text number ${row}.`),
    constant: fill("the same"),
    "one row": ["Hello there."],
    "no row": [],
    "all missing": [null, null],
  });
}

/** The sample columns of an sdtype; kinds of personal values get e-mail addresses. */
export function samplesOf(sdtype: string): SampleColumn[] {
  switch (sdtype) {
    case "numerical":
      return numericalSamples();
    case "datetime":
      return datetimeSamples();
    case "categorical":
    case "ordinal":
      return categoricalSamples();
    case "boolean":
      return booleanSamples();
    case "id":
    case "unknown":
      return idSamples();
    case "text":
      return textSamples();
    default:
      return texts({
        addresses: fill("").map((_, row) => `person${row}@company.test`),
        repeated: uniforms(rows, "people").map((u) => `person${Math.floor(u * 20)}@company.test`),
        "one row": ["someone@company.test"],
        "no row": [],
        "all missing": [null, null],
      });
  }
}
