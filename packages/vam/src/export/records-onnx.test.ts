import { Table } from "@verisim/core";
import { decodeModel, descriptionKey, type OnnxArray, openOnnx } from "@verisim/onnx";
import { beforeAll, describe, expect, test } from "vitest";
import { orchard, orchardMetadata } from "../../fixtures/orchard.ts";
import type { RecordModel } from "../records/record-model.ts";
import type { Records } from "../records/records.ts";
import { VAM } from "../vam.ts";
import type { RecordsDescription } from "./records-onnx.ts";

/** Numbers of the file are sums in single precision, in another order than the native ones. */
const tolerance = 1e-4;

describe("the file of a model of records", () => {
  const { records } = orchard(300, 1);
  let model: RecordModel;
  beforeAll(async () => {
    const options = { epochs: 1, minSteps: 300, batchSize: 100, embeddingDim: 8, compressDims: [32] };
    const train = { ...records, table: withHoles(records) };
    model = await new VAM({ ...options, decompressDims: [32] }).fitRecords(train, {
      metadata: orchardMetadata,
      seed: 1,
    });
  }, 60_000);

  /** What the file makes of the inputs that the model draws. */
  async function fileRecords(
    rowCount: number,
    request: { seed: number; rowStart: number },
    given: readonly string[] = [],
    own: Records = { rowCount },
  ): Promise<Record<string, OnnxArray>> {
    const file = await openOnnx(await model.toOnnx({ given }), { threads: 1 });
    const noise = await model.samplerNoise({ ...request, rowCount }, { given, records: own });
    const made = await file.runTyped(Object.fromEntries(file.inputNames.map((name) => [name, noise[name]!])));
    await file.dispose();
    return made;
  }

  test("makes the records of sample, in every modality", async () => {
    const native = await model.sample(300, { seed: 7, from: 40 });
    const made = await fileRecords(300, { seed: 7, rowStart: 40 });
    expectSame(made, native, ["kind", "weight", "touch", "look", "name"]);
    // The table has missing cells, so that all kinds of cells are among those that agree.
    expect(native.table!.toRows().filter(({ weight }) => weight === null).length).toBeGreaterThan(5);
    expect(new Set(native.texts!.name).size).toBeGreaterThan(4);
  });

  test("makes the other modalities from those that are given, as generateFrom does", async () => {
    const fresh = orchard(300, 2).records;
    const cases: [string[], string[]][] = [
      [["name"], ["kind", "weight", "touch", "look"]],
      [
        ["table", "look"],
        ["touch", "name"],
      ],
      [
        ["touch", "name"],
        ["kind", "weight", "look"],
      ],
    ];
    for (const [given, others] of cases) {
      const native = await model.generateFrom(fresh, given, { seed: 3 });
      const made = await fileRecords(300, { seed: 3, rowStart: 0 }, given, fresh);
      expect(
        Object.keys(made)
          .filter((name) => !name.includes("."))
          .sort(),
      ).toEqual([...others].sort());
      expectSame(made, native, others);
    }
  });

  test("a record of which nothing is given is made up, others in the same run are not touched by that", async () => {
    const fresh = orchard(64, 2).records;
    const known = { name: Uint8Array.from({ length: 64 }, (_, row) => row % 2) };
    const native = await model.generateFrom({ ...fresh, known }, ["name"], { seed: 3 });
    const made = await fileRecords(64, { seed: 3, rowStart: 0 }, ["name"], { ...fresh, known });
    expectSame(made, native, ["kind", "weight", "touch", "look"]);
  });

  test("says what goes in and what comes out", async () => {
    const { metadata } = decodeModel(await model.toOnnx({ given: ["name"] }));
    const description = JSON.parse(metadata![descriptionKey]!) as RecordsDescription;
    expect(description.modalities).toEqual([
      { name: "table", kind: "table" },
      { name: "touch", kind: "vectors", output: "touch" },
      { name: "look", kind: "images", output: "look" },
    ]);
    expect(description.columns.map(({ name }) => name)).toEqual(["kind", "weight"]);
    expect(description.inputs.map(({ name, draw }) => [name, draw])).toEqual([
      ["noise", "standard normal"],
      ["table.draws", "uniform in (0, 1)"],
      ["touch.draws", "standard normal"],
    ]);
    const [words] = description.given;
    expect(words!.inputs).toEqual({ known: "name.known", words: "name.words" });
    expect((words!.means as { words: string[] }).words).toContain("cherry");
  });

  test("names that are no modalities, and files that make nothing, are refused", async () => {
    await expect(model.toOnnx({ given: ["smell"] })).rejects.toMatchObject({ code: "VERISIM_RECORD_SHAPE" });
    await expect(model.toOnnx({ given: ["table", "touch", "look", "name"] })).rejects.toMatchObject({
      code: "VERISIM_RECORD_SHAPE",
    });
    await expect(
      model.samplerNoise(
        { rowCount: 3 },
        { given: ["name"], records: { rowCount: 2, texts: { name: ["", ""] } } },
      ),
    ).rejects.toMatchObject({ code: "VERISIM_RECORD_SHAPE" });
  });
});

/** The orchard's table with a tenth of its weights missing. */
function withHoles({ table, rowCount }: Records): Table {
  const column = table!.column("weight");
  if (column.kind !== "number") throw new Error("expected numbers");
  const values = column.values.map((value, row) => (row % 10 === 3 ? Number.NaN : value));
  return new Table([table!.column("kind"), { ...column, values }], rowCount);
}

/** At most one cell in a thousand may differ: where two chances lie within rounding of each other. */
function expectSame(
  made: Readonly<Record<string, OnnxArray>>,
  native: Records,
  outputs: readonly string[],
): void {
  const rows = native.table!.toRows();
  const wanted: Record<string, ArrayLike<unknown>> = {
    kind: rows.map(({ kind }) => kind ?? ""),
    weight: rows.map(({ weight }) => weight ?? Number.NaN),
    touch: native.vectors!.touch!.values,
    look: native.images!.look!.pixels,
    name: native.texts!.name!,
  };
  for (const output of outputs) {
    const [own, other] = [Array.from(made[output]!.data as ArrayLike<unknown>), Array.from(wanted[output]!)];
    expect(own.length, output).toBe(other.length);
    const apart = own.filter((cell, i) => {
      if (typeof cell !== "number") return cell !== other[i];
      if (Number.isNaN(cell)) return !Number.isNaN(other[i]);
      // A pixel's rounding, and no number's size, is a step of its own.
      const least = output === "look" ? 1 : tolerance * Math.max(1, Math.abs(cell));
      return !(Math.abs(cell - (other[i] as number)) <= least);
    });
    expect(apart.length, `${output} apart`).toBeLessThanOrEqual(own.length / 1000);
  }
}
