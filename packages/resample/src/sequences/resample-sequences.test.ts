import { cellAt, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { readTable } from "@verisim/data";
import { firstDifference, sharedData } from "@verisim/testing";
import { describe, expect, test } from "vitest";
import { cells, codeOf } from "../../fixtures/outcomes.ts";
import { resampleSequences, withContext, withSequenceOrigins } from "../index.ts";
import { type Steps, warpingCost } from "./warping.ts";

const metadata: TableMetadata = {
  columns: {
    id: { sdtype: "id" },
    time: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
    level: { sdtype: "numerical" },
    count: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
    state: { sdtype: "categorical" },
    weight: { sdtype: "numerical" },
    note: { sdtype: "text" },
    kind: { sdtype: "categorical" },
  },
  sequenceKey: "id",
  sequenceIndex: "time",
};

/** `rare` sequences of class "fall" among common ones of class "rise"; their rows lie in a mixed order. */
function signals(common: number, rare: number, missing = false): Table {
  const cells: [string, number, number, number, string | null, number, string, string][] = [];
  for (let sequence = 0; sequence < common + rare; sequence++) {
    const kind = sequence < common ? "rise" : "fall";
    const length = 12 + (sequence % 4);
    for (let step = 0; step < length; step++) {
      const slope = kind === "rise" ? step : length - step;
      const hole = missing && (sequence * 7 + step) % 5 === 0;
      cells.push([
        `s${sequence}`,
        100 * sequence + 10 * step,
        hole ? Number.NaN : slope + Math.sin(sequence),
        3 * slope,
        hole ? null : step < length / 2 ? "first" : "second",
        50 + sequence,
        `note ${sequence} ${step}`,
        kind,
      ]);
    }
  }
  const order = cells.map((_, row) => row).sort((a, b) => ((a * 7919) % 1009) - ((b * 7919) % 1009));
  const of = <A>(at: number) => order.map((row) => cells[row]![at] as A);
  return new Table([
    textColumn("id", of<string>(0)),
    numberColumn("time", of<number>(1)),
    numberColumn("level", of<number>(2)),
    numberColumn("count", of<number>(3)),
    textColumn("state", of<string | null>(4)),
    numberColumn("weight", of<number>(5)),
    textColumn("note", of<string>(6)),
    textColumn("kind", of<string>(7)),
  ]);
}

describe("more sequences of a rare class", () => {
  test("are exactly as many as asked for, each with its two parents, behind the rows as they were", async () => {
    const table = signals(12, 4);
    const result = await resampleSequences(table, metadata, { target: "kind", counts: { fall: 9 }, seed: 3 });
    expect(Object.fromEntries(result.counts)).toEqual({
      fall: { before: 4, after: 9 },
      rise: { before: 12, after: 12 },
    });
    expect(firstDifference(result.table.slice(0, table.rowCount), table)).toBeNull();
    expect(result.made).toHaveLength(5);
    const fresh = result.table.slice(table.rowCount, result.table.rowCount);
    expect(new Set(cells(fresh, "id"))).toEqual(new Set(result.made.map(({ key }) => key)));
    expect(new Set(cells(fresh, "kind"))).toEqual(new Set(["fall"]));
    for (const [index, { key, base, other, share, label }] of result.made.entries()) {
      expect(label).toBe("fall");
      expect(["s12", "s13", "s14", "s15"]).toEqual(expect.arrayContaining([base, other]));
      expect(base).not.toBe(other);
      const rows = Array.from(result.madeOf.keys()).filter((row) => result.madeOf[row] === index);
      const own = result.table.take(rows);
      expect(new Set(cells(own, "id"))).toEqual(new Set([key]));
      const [n, m] = [base, other].map((of) => cells(table, "id").filter((id) => id === of).length) as [
        number,
        number,
      ];
      expect(own.rowCount).toBe(Math.round((1 - share) * (n - 1) + share * (m - 1)) + 1);
      // Steps of 10 from the base's first place on; whole numbers stay whole; what falls, falls.
      const times = cells(own, "time") as number[];
      const start = Math.min(
        ...cells(table, "time")
          .filter((_, row) => cells(table, "id")[row] === base)
          .map(Number),
      );
      expect(times).toEqual(times.map((_, step) => start + 10 * step));
      const counts = cells(own, "count") as number[];
      expect(counts.every(Number.isInteger)).toBe(true);
      expect(counts.every((value, step) => step === 0 || value < counts[step - 1]!)).toBe(true);
      expect(new Set(cells(own, "state"))).toEqual(new Set(["first", "second"]));
      // What is the same all through a sequence lies between both parents'; texts are left empty.
      const weights = [base, other].map((of) => 50 + Number(String(of).slice(1)));
      const weight = cells(own, "weight")[0] as number;
      expect(new Set(cells(own, "weight")).size).toBe(1);
      expect(weight).toBe(Math.round(weights[0]! + share * (weights[1]! - weights[0]!)));
      expect(new Set(cells(own, "note"))).toEqual(new Set([null]));
    }
    const origins = withSequenceOrigins(result);
    expect(
      cells(origins, "base_sequence")
        .slice(0, table.rowCount)
        .every((cell) => cell === null),
    ).toBe(true);
    expect(cells(origins, "other_sequence").at(-1)).toBe(result.made.at(-1)!.other);
    expect(cells(origins, "is_synthetic").at(-1)).toBe("true");
  });

  test("take their cells from the nearer parent where one is missing, and have gaps as they do", async () => {
    const table = signals(12, 4, true);
    const result = await resampleSequences(table, metadata, { target: "kind", seed: 1 });
    const fresh = result.table.slice(table.rowCount, result.table.rowCount);
    for (const name of ["level", "state"]) {
      const share = cells(fresh, name).filter((cell) => cell === null).length / fresh.rowCount;
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.4);
    }
  });

  test("do not depend on how many are asked for, of them or of others, and repeat with the seed", async () => {
    const table = signals(9, 5);
    const made = (counts: Record<string, number>, seed = 2) =>
      resampleSequences(table, metadata, { target: "kind", counts, seed });
    const [few, many, other] = [
      await made({ fall: 7 }),
      await made({ fall: 12, rise: 11 }),
      await made({ fall: 7 }, 9),
    ];
    const rows = few.table.slice(table.rowCount, few.table.rowCount);
    expect(many.made.slice(0, 2)).toEqual(few.made);
    expect(
      firstDifference(rows, many.table.slice(table.rowCount, table.rowCount + rows.rowCount)),
    ).toBeNull();
    expect(other.made).not.toEqual(few.made);
  });

  test("have numbers as keys where the table has, none of them taken", async () => {
    const table = signals(6, 3);
    const numbers = new Table([
      numberColumn(
        "id",
        cells(table, "id").map((key) => Number(String(key).slice(1)) + 0.5),
      ),
      ...table.columns.slice(1),
    ]);
    const { made } = await resampleSequences(numbers, metadata, { target: "kind", counts: { fall: 5 } });
    // The largest is 8.5; two classes take turns.
    expect(made.map(({ key }) => key)).toEqual([9, 11]);
  });

  test("uneven times lie between those of the parents, and never twice at one place", async () => {
    const table = signals(6, 4);
    const uneven = new Table(
      table.columns.map((column) =>
        column.kind === "number" && column.name === "time"
          ? { ...column, values: column.values.map((time) => time + ((time / 10) % 3)) }
          : column,
      ),
    );
    const result = await resampleSequences(uneven, metadata, { target: "kind", seed: 4 });
    for (const index of result.made.keys()) {
      const rows = Array.from(result.madeOf.keys()).filter((row) => result.madeOf[row] === index);
      const times = cells(result.table.take(rows), "time") as number[];
      expect(times.every(Number.isInteger)).toBe(true);
      expect(times.every((time, step) => step === 0 || time > times[step - 1]!)).toBe(true);
    }
  });
});

describe("what cannot be done with sequences", () => {
  test("is refused with a code", async () => {
    const table = signals(6, 3);
    const run = (change: object, about: TableMetadata = metadata, of: Table = table) =>
      codeOf(resampleSequences(of, about, { target: "kind", ...change }));
    const { sequenceKey: _key, ...keyless } = metadata;
    expect(await run({}, keyless)).toBe("VERISIM_SEQUENCES");
    expect(await run({ sequenceKey: "case" })).toBe("VERISIM_UNKNOWN_COLUMN");
    expect(await run({ sequenceOrder: "state" })).toBe("VERISIM_SEQUENCES");
    expect(await run({ target: "state" })).toBe("VERISIM_TARGET");
    expect(await run({ window: 2 })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ kNeighbors: 0 })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ counts: { fall: 2 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ counts: { stand: 9 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ columns: ["weight"] })).toBe("VERISIM_SEQUENCES");
    expect(await run({ signal: AbortSignal.abort() })).toBe("VERISIM_ABORTED");
    expect(await run({}, metadata, signals(6, 1))).toBe("VERISIM_RESAMPLE_ROWS");
    const holed = new Table(
      table.columns.map((column) =>
        column.kind === "number" && column.name === "time"
          ? { ...column, values: column.values.with(5, Number.NaN) }
          : column,
      ),
    );
    expect(await run({}, metadata, holed)).toBe("VERISIM_SEQUENCES");
  });

  test("fewer sequences than neighbours are all used, which is said; equal ones make equal ones", async () => {
    const table = signals(6, 2);
    const result = await resampleSequences(table, metadata, { target: "kind" });
    expect(result.notes.map(({ code }) => code)).toEqual(["VERISIM_NOTE_FEWER_NEIGHBOURS"]);
    const flat = new Table(
      table.columns.map((column) =>
        column.kind === "number" && column.name !== "time"
          ? { ...column, values: column.values.map(() => 7) }
          : column,
      ),
    );
    const same = await resampleSequences(flat, metadata, { target: "kind" });
    expect(new Set(cells(same.table, "level"))).toEqual(new Set([7]));
    expect(same.counts.get("fall")!.after).toBe(6);
  });
});

test("a context table is joined by its key; a sequence without a row is refused", () => {
  const steps = signals(2, 1);
  const context = new Table([
    textColumn("id", ["s2", "s1", "s0"]),
    textColumn("place", ["there", "here", null]),
  ]);
  const joined = withContext(steps, context, "id");
  for (let row = 0; row < steps.rowCount; row++)
    expect(cells(joined, "place")[row]).toBe(
      { s0: null, s1: "here", s2: "there" }[String(cells(steps, "id")[row])],
    );
  expect(() => withContext(steps, context.slice(0, 2), "id")).toThrow(/Expected a row for sequence/);
  expect(() => withContext(steps, context.take([0, 0, 1]), "id")).toThrow(/twice/);
});

describe("real sequences", () => {
  const real = async (name: string, key: string, label: string) => {
    const folder = sharedData(name);
    if (folder === null) return null;
    const [steps, context] = [
      await readTable(`${folder}/sequences.csv`),
      await readTable(`${folder}/context.csv`),
    ];
    const columns = {
      ...steps.metadata.columns,
      ...context.metadata.columns,
      [label]: { sdtype: "categorical" },
    };
    return {
      table: withContext(steps.table, context.table.select([key, label]), key),
      metadata: { columns } as TableMetadata,
    };
  };

  /** Of new sequences, those whose nearest real one that is not their parent is of their class. */
  async function ownClass(
    table: Table,
    about: TableMetadata,
    key: string,
    label: string,
    counts: Record<string, number>,
  ) {
    const result = await resampleSequences(table, about, {
      ...{ target: label, sequenceKey: key, sequenceOrder: "step" },
      ...{ counts, seed: 1 },
    });
    const channels = table.columnNames.filter((name) => ![key, "step", label].includes(name));
    const sequencesOf = (rows: readonly number[]): Steps => ({
      length: rows.length,
      width: channels.length,
      numbers: Float64Array.from(
        rows.flatMap((row) => channels.map((name) => Number(cellAt(result.table.column(name), row)))),
      ),
      codes: new Int32Array(0),
      columns: 0,
    });
    const groups = new Map<string, number[]>();
    for (const [row, id] of cells(result.table, key).entries()) {
      const group = groups.get(String(id));
      if (group) group.push(row);
      else groups.set(String(id), [row]);
    }
    const made = new Map(result.made.map((one) => [String(one.key), one]));
    let own = 0;
    for (const [id, one] of made) {
      const sequence = sequencesOf(groups.get(id)!);
      let [best, found] = [Number.POSITIVE_INFINITY, ""];
      for (const [other, rows] of groups) {
        if (made.has(other) || other === String(one.base) || other === String(one.other)) continue;
        const cost =
          warpingCost(
            sequence,
            sequencesOf(rows),
            { window: 0.1, mismatch: 0 },
            best * (sequence.length + rows.length),
          ) /
          (sequence.length + rows.length);
        if (cost < best) [best, found] = [cost, String(cellAt(result.table.column(label), rows[0]!))];
      }
      if (found === one.label) own++;
    }
    return own / made.size;
  }

  test("motions: new ones of a rare activity are nearest to others of it", async ({ skip }) => {
    const motions = await real("basic_motions", "case_id", "activity");
    if (!motions) return skip("basic_motions is not there");
    const share = await ownClass(motions.table, motions.metadata, "case_id", "activity", {
      Running: 40,
      Walking: 40,
    });
    // All real ones of either activity are nearest to another of it.
    expect(share).toBeGreaterThanOrEqual(0.95);
  }, 60_000);

  test("vowels of different lengths: new ones of a speaker are nearest to others of the speaker", async ({
    skip,
  }) => {
    const vowels = await real("japanese_vowels", "case_id", "speaker");
    if (!vowels) return skip("japanese_vowels is not there");
    const share = await ownClass(vowels.table, vowels.metadata, "case_id", "speaker", { 5: 80, 6: 90 });
    expect(share).toBeGreaterThanOrEqual(0.95);
  }, 60_000);
});
