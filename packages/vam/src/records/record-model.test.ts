import {
  type DictionaryColumn,
  type NumberColumn,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
} from "@verisim/core";
import { beforeAll, describe, expect, test } from "vitest";
import { kinds, orchardMetadata as metadata, orchard } from "../../fixtures/orchard.ts";
import { VAM } from "../vam.ts";
import { RecordModel } from "./record-model.ts";
import type { Records } from "./records.ts";

/** The brightest quadrant of each image. */
function brightest({ images }: Records): number[] {
  const { pixels } = images!.look!;
  return Array.from({ length: pixels.length / 64 }, (_, row) => {
    const sums = [0, 0, 0, 0];
    for (let at = 0; at < 64; at++) sums[(at >> 5) * 2 + ((at & 7) >> 2)]! += pixels[row * 64 + at]!;
    return sums.indexOf(Math.max(...sums));
  });
}

const kindsOf = ({ table }: Records): number[] =>
  table!.toRows().map(({ kind }) => kinds.indexOf(kind as (typeof kinds)[number]));

/** Share of entries that agree. */
function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).filter((entry, i) => entry === b[i]).length / a.length;
}

const options = {
  epochs: 1,
  minSteps: 2000,
  batchSize: 100,
  embeddingDim: 12,
  compressDims: [48],
  decompressDims: [48],
  averageDecay: 0.98,
};

describe("a model of records", () => {
  const train = orchard(800, 1);
  const fresh = orchard(200, 2);
  let model: RecordModel;
  beforeAll(async () => {
    // A tenth of every modality is not to be believed: nonsense there must do no harm.
    const known = Object.fromEntries(
      ["table", "touch", "look", "name"].map((name) => [
        name,
        Uint8Array.from({ length: 800 }, (_, row) =>
          new RowRandom(streamKey(3, name), row).uniform() < 0.1 ? 0 : 1,
        ),
      ]),
    );
    model = await new VAM(options).fitRecords({ ...train.records, known }, { metadata, seed: 1 });
  }, 120_000);

  test("generates any modality from any single other", async () => {
    for (const given of ["table", "touch", "look", "name"]) {
      const made = await model.generateFrom(fresh.records, [given], { seed: 5 });
      if (given !== "look")
        expect(agreement(brightest(made), fresh.kind), `${given} to look`).toBeGreaterThan(0.88);
      if (given !== "table")
        expect(agreement(kindsOf(made), fresh.kind), `${given} to table`).toBeGreaterThan(0.88);
      if (given !== "name") {
        const right = made.texts!.name!.filter((text, row) => text!.includes(kinds[fresh.kind[row]!]!));
        expect(right.length / 200, `${given} to name`).toBeGreaterThan(0.88);
      }
    }
  });

  test("fills missing numbers of a vector from the numbers that are there", async () => {
    const values = Float64Array.from(fresh.records.vectors!.touch!.values);
    for (let row = 0; row < 200; row++) values[row * 6 + (row % 6)] = Number.NaN;
    const holed = { ...fresh.records, vectors: { touch: { values, dims: 6 } } };
    const filled = (await model.impute(holed)).vectors!.touch!.values;
    const real = fresh.records.vectors!.touch!.values;
    let error = 0;
    for (let at = 0; at < real.length; at++) {
      if (Number.isNaN(values[at])) error += (filled[at]! - real[at]!) ** 2 / 200;
      else expect(filled[at]).toBe(real[at]);
    }
    // The numbers' own deviations are about 0.9 to 2.
    expect(Math.sqrt(error)).toBeLessThan(0.35);
  });

  test("fills missing cells of the table from the other modalities", async () => {
    const table = fresh.records.table!;
    const kind = { ...table.column("kind"), codes: new Int32Array(200).fill(-1) } as DictionaryColumn;
    const weight = numberColumn("weight", new Float64Array(200).fill(Number.NaN));
    const filled = await model.impute({ ...fresh.records, table: new Table([kind, weight]) });
    expect(agreement(kindsOf(filled), fresh.kind)).toBeGreaterThan(0.88);
    const real = (table.column("weight") as NumberColumn).values;
    const made = (filled.table!.column("weight") as NumberColumn).values;
    const error = Math.sqrt(made.reduce((sum, value, row) => sum + (value - real[row]!) ** 2 / 200, 0));
    // the weights' own deviation is 115, that inside of a kind 29
    expect(error).toBeLessThan(25);
    expect(made.every(Number.isInteger)).toBe(true);
  });

  test("fills modalities that are not given at all, from an image alone", async () => {
    const { images } = fresh.records;
    const filled = await model.impute({ rowCount: 200, images: images! });
    expect(agreement(kindsOf(filled), fresh.kind)).toBeGreaterThan(0.88);
    expect(filled.images).toEqual(images);
    expect(
      filled.texts!.name!.filter((text, row) => text!.includes(kinds[fresh.kind[row]!]!)).length,
    ).toBeGreaterThan(176);
  });

  test("makes up records whose modalities agree, in the kinds' shares", async () => {
    const made = await model.sample(1000, { seed: 9 });
    expect(agreement(brightest(made), kindsOf(made))).toBeGreaterThan(0.85);
    for (let own = 0; own < 4; own++)
      expect(kindsOf(made).filter((kind) => kind === own).length / 1000).toBeGreaterThan(0.15);
  });

  test("gives the same records however they are cut", async () => {
    const whole = await model.sample(40, { seed: 4 });
    const part = await model.sample(10, { seed: 4, from: 25 });
    expect(part.texts!.name).toEqual(whole.texts!.name!.slice(25, 35));
    expect(part.table!.toRows()).toEqual(whole.table!.toRows().slice(25, 35));
    expect(part.vectors!.touch!.values).toEqual(whole.vectors!.touch!.values.slice(150, 210));
    expect(part.images!.look!.pixels).toEqual(whole.images!.look!.pixels.slice(25 * 64, 35 * 64));
  });

  test("travels as a model file", async () => {
    const again = RecordModel.fromArtifact(model.toArtifact());
    const [a, b] = [await model.sample(20, { seed: 4 }), await again.sample(20, { seed: 4 })];
    expect(b.table!.toRows()).toEqual(a.table!.toRows());
    expect(b.images).toEqual(a.images);
    expect(b.texts).toEqual(a.texts);
    expect(b.vectors).toEqual(a.vectors);
    expect(() => RecordModel.fromArtifact({ ...model.toArtifact(), generator: "tvae" })).toThrow(
      expect.objectContaining({ code: "VERISIM_MODEL_FILE" }),
    );
  });

  test("names what does not fit", async () => {
    const short = { ...fresh.records, texts: { name: ["one"] } };
    await expect(model.impute(short)).rejects.toMatchObject({
      code: "VERISIM_RECORD_SHAPE",
      where: { column: "name" },
    });
    await expect(model.generateFrom(fresh.records, ["smell"])).rejects.toMatchObject({
      code: "VERISIM_RECORD_SHAPE",
    });
    await expect(new VAM(options).fitRecords({ rowCount: 3 })).rejects.toMatchObject({
      code: "VERISIM_RECORD_SHAPE",
    });
    await expect(new VAM(options).fitRecords(fresh.records)).rejects.toMatchObject({
      code: "VERISIM_RECORD_SHAPE",
    });
  });

  test("stops on an abort signal", async () => {
    const signal = AbortSignal.timeout(50);
    await expect(
      new VAM({ ...options, minSteps: 100_000 }).fitRecords(train.records, { metadata, signal }),
    ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});
