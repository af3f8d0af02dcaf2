// Every transform on every kind of column of its sdtypes: what is encoded comes back, parts merge to the whole, no cell
// depends on the batch it is in, and a state that went through JSON and arrays works like the original.

import type { Column, ColumnMetadata, EncodedColumn, RowContext, TransformState } from "@verisim/core";
import { cellAt, columnLength, isMissing, missingCount, sliceColumn, streamKey } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { samplesOf } from "../testing/sample-columns.ts";
import type { ColumnTransform, TransformDefinition } from "./column-transform.ts";
import { transformDefinitions } from "./transform-list.ts";

const key = streamKey(7, "table", "column");
const secret = { key: "a secret of the tests" };

/** Largest error of a number that was encoded and decoded, as a share of the column's largest absolute value. */
const tolerances: Readonly<Record<string, number>> = {
  FloatFormatter: 0,
  UnixTimestampEncoder: 0,
  OptimizedTimestampEncoder: 0,
  LogScaler: 1e-12,
  LogitScaler: 1e-12,
  OutlierEncoder: 1e-12,
  ClusterBasedNormalizer: 1e-12,
  // The cdf near 1 keeps few digits of the distance to 1.
  GaussianNormalizer: 1e-5,
};
/** The empirical marginal pools rows, so that single extreme values do not come back. */
const pooling = new Set(["ECDFNormalizer"]);

function contextOf(rowStart: number, rowCount: number): RowContext {
  return { key, rowStart, rowCount };
}

function optionsFor(
  definition: TransformDefinition,
  column: Column,
  missing: string | undefined,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  if (missing !== undefined && "missing" in definition.options) options["missing"] = missing;
  if ("key" in definition.options) Object.assign(options, secret);
  if ("function" in definition.options) options["function"] = "email";
  if (definition.name === "CustomLabelEncoder") {
    const words = new Set<string>();
    for (let row = 0; row < columnLength(column); row++) {
      if (!isMissing(column, row)) words.add(String(cellAt(column, row)));
    }
    options["labels"] = Object.fromEntries(Array.from(words, (word, i) => [word, 3 * i - 1]));
  }
  return options;
}

function sdtypesOf(definition: TransformDefinition): string[] {
  return definition.sdtypes.map((sdtype) => (sdtype === "pii" ? "email" : sdtype));
}

interface Fitted {
  readonly transform: ColumnTransform;
  readonly state: TransformState;
}

function fit(
  definition: TransformDefinition,
  column: Column,
  metadata: ColumnMetadata,
  missing?: string,
): Fitted {
  const transform = definition.create(optionsFor(definition, column, missing));
  return { transform, state: transform.fit(transform.analyze(column, metadata), metadata) };
}

function sliceEncoded(encoded: readonly EncodedColumn[], start: number, end: number): EncodedColumn[] {
  return encoded.map((column) =>
    column.kind === "continuous"
      ? { ...column, values: column.values.slice(start, end) }
      : { ...column, codes: column.codes.slice(start, end) },
  );
}

function cells(column: Column): (number | string | null)[] {
  return Array.from({ length: columnLength(column) }, (_, row) => cellAt(column, row));
}

function throughJson(state: TransformState): TransformState {
  const json: Record<string, unknown> = {};
  const arrays: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(state)) {
    if (ArrayBuffer.isView(value)) arrays[field] = structuredClone(value);
    else json[field] = value;
  }
  return { ...(JSON.parse(JSON.stringify(json)) as TransformState), ...(arrays as TransformState) };
}

function numbersOf(column: Column): Float64Array {
  return column.kind === "number" ? column.values : new Float64Array(0);
}

function expectSameCells(name: string, decoded: Column, original: Column): void {
  const tolerance = tolerances[name];
  if (tolerance === undefined || tolerance === 0 || original.kind !== "number") {
    expect(cells(decoded)).toEqual(cells(original));
    return;
  }
  const values = numbersOf(decoded);
  const largest = original.values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
  original.values.forEach((value, row) => {
    expect(Number.isNaN(values[row])).toBe(Number.isNaN(value));
    if (!Number.isNaN(value)) expect(Math.abs(values[row]! - value)).toBeLessThanOrEqual(tolerance * largest);
  });
}

const cases = Object.values(transformDefinitions).flatMap((definition) =>
  sdtypesOf(definition).flatMap((sdtype) =>
    samplesOf(sdtype).map((sample) => ({
      name: `${definition.name}, ${sdtype}, ${sample.title}`,
      definition,
      metadata: { sdtype },
      column: sample.column,
    })),
  ),
);

const applicable = cases.filter(({ definition, column }) => {
  if (definition.name !== "BinaryEncoder") return true;
  return new Set(cells(column).filter((cell) => cell !== null)).size <= 2;
});

describe.each(applicable)("$name", ({ definition, metadata, column }) => {
  const rowCount = columnLength(column);

  test("what is encoded with gaps kept comes back", () => {
    const { transform, state } = fit(definition, column, metadata, "keep");
    const encoded = transform.encode(column, state, contextOf(0, rowCount));
    expect(encoded.map(({ kind, name }) => ({ kind, name }))).toEqual(
      transform.outputs(state).map(({ kind, name }) => ({ kind, name })),
    );
    const decoded = transform.decode(encoded, state, contextOf(0, rowCount));
    expect(decoded.name).toBe(column.name);
    expect(columnLength(decoded)).toBe(rowCount);
    if (encoded.length === 0) return;
    if (definition.name === "PseudoAnonymizedFaker") {
      expect(missingCount(decoded)).toBe(missingCount(column));
      const pairs = new Set(cells(column).map((cell, row) => `${cell}\n${cellAt(decoded, row)}`));
      expect(pairs.size).toBe(new Set(cells(column)).size);
      expect(new Set(cells(decoded)).size).toBe(new Set(cells(column)).size);
    } else if (pooling.has(definition.name)) {
      expect(missingCount(decoded)).toBe(missingCount(column));
    } else expectSameCells(definition.name, decoded, column);
  });

  test("parts merge to the whole", () => {
    const transform = definition.create(optionsFor(definition, column, undefined));
    const cuts = [0, Math.floor(rowCount / 3), Math.floor(rowCount / 2), rowCount];
    const parts = cuts
      .slice(1)
      .map((end, i) => transform.analyze(sliceColumn(column, cuts[i]!, end), metadata));
    const whole = transform.fit(transform.analyze(column, metadata), metadata);
    const left = transform.fit(transform.merge(transform.merge(parts[0], parts[1]), parts[2]), metadata);
    const right = transform.fit(transform.merge(parts[0], transform.merge(parts[1], parts[2])), metadata);
    expectCloseStates(left, whole);
    expectCloseStates(right, whole);
  });

  test("no cell depends on the batch it is decoded in", () => {
    const { transform, state } = fit(definition, column, metadata, "random");
    const encoded = transform.encode(column, state, contextOf(0, rowCount));
    const whole = cells(transform.decode(encoded, state, contextOf(0, rowCount)));
    const again = fit(definition, column, metadata, "random");
    const cut = Math.floor(rowCount * 0.6);
    // The later batch first, by a transform that has not seen the earlier one.
    const late = again.transform.decode(
      sliceEncoded(encoded, cut, rowCount),
      again.state,
      contextOf(cut, rowCount - cut),
    );
    const early = again.transform.decode(sliceEncoded(encoded, 0, cut), again.state, contextOf(0, cut));
    expect([...cells(early), ...cells(late)]).toEqual(whole);
    const halves = [
      again.transform.encode(sliceColumn(column, 0, cut), again.state, contextOf(0, cut)),
      again.transform.encode(sliceColumn(column, cut, rowCount), again.state, contextOf(cut, rowCount - cut)),
    ];
    encoded.forEach((own, i) => {
      const values = (part: EncodedColumn): number[] =>
        Array.from(part.kind === "continuous" ? part.values : part.codes);
      expect(halves.flatMap((half) => values(half[i]!))).toEqual(values(own));
    });
  });

  test("a state that went through JSON and arrays gives the same cells", () => {
    const { transform, state } = fit(definition, column, metadata);
    const other = definition.create("key" in definition.options ? secret : {});
    const copy = throughJson(state);
    const encoded = transform.encode(column, state, contextOf(0, rowCount));
    expect(other.encode(column, copy, contextOf(0, rowCount))).toEqual(encoded);
    expect(cells(other.decode(encoded, copy, contextOf(0, rowCount)))).toEqual(
      cells(transform.decode(encoded, state, contextOf(0, rowCount))),
    );
  });

  test("gaps follow the mode: modelled ones in their cells, none at all, or at the learnt rate", () => {
    if (!("missing" in definition.options)) return;
    const modelled = fit(definition, column, metadata, "from_column");
    const encoded = modelled.transform.encode(column, modelled.state, contextOf(0, rowCount));
    for (const part of encoded) {
      if (part.kind === "continuous") expect(part.values.some(Number.isNaN)).toBe(false);
    }
    const decoded = modelled.transform.decode(encoded, modelled.state, contextOf(0, rowCount));
    expect(Array.from({ length: rowCount }, (_, row) => isMissing(decoded, row))).toEqual(
      Array.from({ length: rowCount }, (_, row) => isMissing(column, row)),
    );
    const present = rowCount - missingCount(column);
    const none = fit(definition, column, metadata, "none");
    const full = none.transform.decode(
      none.transform.encode(column, none.state, contextOf(0, rowCount)),
      none.state,
      contextOf(0, rowCount),
    );
    // A column without any category has nothing to put into a cell.
    if (present > 0) expect(missingCount(full)).toBe(0);
    const random = fit(definition, column, metadata, "random");
    const drawn = random.transform.decode(
      random.transform.encode(column, random.state, contextOf(0, rowCount)),
      random.state,
      contextOf(0, rowCount),
    );
    const rate = rowCount === 0 ? 0 : missingCount(column) / rowCount;
    // Five standard deviations of the count: by chance once in a million seeds.
    expect(Math.abs(missingCount(drawn) - rate * rowCount)).toBeLessThanOrEqual(
      5 * Math.sqrt(rowCount * rate * (1 - rate)) + 1e-9,
    );
  });
});

/** Equal but for the last digits of sums; order of categories included, as parts come in order. */
function expectCloseStates(actual: unknown, expected: unknown): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const size = Math.max(Math.abs(expected), Math.abs(actual));
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * size);
    return;
  }
  if (typeof expected !== "object" || expected === null) {
    expect(actual).toEqual(expected);
    return;
  }
  const left = actual as Readonly<Record<string, unknown>>;
  const right = expected as Readonly<Record<string, unknown>>;
  expect(Object.keys(left)).toEqual(Object.keys(right));
  for (const field of Object.keys(right)) expectCloseStates(left[field], right[field]);
}
