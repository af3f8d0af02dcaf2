// What a learned generator says of rows under a condition that the network seldom makes by itself: a TVAE takes no
// conditions, so that a try fails about as often as the label is absent from the table.

import { numberColumn, parseLabelCounts, type SamplingNote, Table, textColumn } from "@verisim/core";
import { beforeAll, expect, test } from "vitest";
import { TVAE } from "./tvae.ts";

const rows = Array.from({ length: 400 }, (_, i) => i);
const table = new Table([
  textColumn(
    "label",
    rows.map((i) => (i % 10 === 0 ? "rare" : "often")),
  ),
  numberColumn(
    "size",
    rows.map((i) => (i * 7) % 90),
  ),
]);
const metadata = { columns: { label: { sdtype: "categorical" }, size: { sdtype: "numerical" } } };
const counts = parseLabelCounts("label:rare=300,often=200");
let artifact: ReturnType<TVAE["toArtifact"]>;

beforeAll(async () => {
  const small = { epochs: 1, minSteps: 60, embeddingDim: 8, compressDims: [16], decompressDims: [16] };
  artifact = (await new TVAE(small).fit(table, { metadata, seed: 1 })).toArtifact();
});

async function notes(candidates: number, batchSize: number): Promise<SamplingNote[]> {
  const { manifest } = artifact;
  const options = { ...(manifest.options as object), candidates };
  const model = TVAE.fromArtifact({ ...artifact, manifest: { ...manifest, options } });
  const told: SamplingNote[] = [];
  const made = await model.sample(500, { seed: 2, counts, batchSize, onNote: (note) => told.push(note) });
  const labels = made.toRows().map(({ label }) => label);
  expect(labels.filter((label) => label === "rare")).toHaveLength(300);
  return told;
}

test("rows that no try gave are counted per label, whatever the batches", async () => {
  const [rare, often, ...others] = await notes(1, 500);
  expect(others).toEqual([]);
  expect(rare).toMatchObject({ code: "VERISIM_NOTE_FORCED_ROWS", condition: "label = 'rare'", ofRows: 300 });
  // Calibrated to a tenth of the rows: 270 of 300 first tries fail, deviation 5; the model's own share may be off.
  expect(Math.abs(rare!.rows - 270)).toBeLessThan(25);
  expect(rare!.message).toBe(
    `${rare!.rows} of 300 rows under label = 'rare' took their given values by force: the model had no such row in its one try.`,
  );
  expect(often).toMatchObject({ condition: "label = 'often'", ofRows: 200 });
  expect(Math.abs(often!.rows - 20)).toBeLessThan(20);
  expect(await notes(1, 64)).toEqual([rare, often]);
});

test("more tries leave fewer by force, and none are not mentioned", async () => {
  const [rare, ...others] = await notes(10, 500);
  // 0.9^10 of 300 rows are 105.
  expect(Math.abs(rare!.rows - 105)).toBeLessThan(50);
  expect(rare!.message).toContain("no such row among 10 tries for each");
  expect(others).toEqual([]);
  expect(await notes(400, 500)).toEqual([]);
});
