// A training of records that is stopped and taken up, and one that would take more memory than is allowed.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeModel, RowRandom, streamKey } from "@verisim/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { VAM } from "../vam.ts";
import type { Records } from "./records.ts";

const random = new RowRandom(streamKey(1, "record checkpoint"), 0);
const rowCount = 200;
const records: Records = {
  rowCount,
  vectors: {
    place: { values: Float64Array.from({ length: 3 * rowCount }, () => random.uniform()), dims: 3 },
  },
  texts: { name: Array.from({ length: rowCount }, (_, row) => (row % 3 === 0 ? "red apple" : "green pear")) },
};
const small = {
  epochs: 1,
  minSteps: 90,
  patience: 0,
  batchSize: 40,
  embeddingDim: 4,
  compressDims: [8],
  decompressDims: [8],
};
const model = new VAM(small);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "verisim-records-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("goes on from a checkpoint to the bytes of a training in one go, and refuses another's", async () => {
  const checkpoint = path.join(folder, "training.part");
  const whole = await model.fitRecords(records, { seed: 3 });
  const controller = new AbortController();
  let reports = 0;
  const onProgress = () => {
    if (existsSync(checkpoint)) reports++;
    if (reports === 10) controller.abort();
  };
  await expect(
    model.fitRecords(records, { seed: 3, checkpoint, signal: controller.signal, onProgress }),
  ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  const texts = records.texts!.name!.with(7, "blue plum");
  for (const [other, seed] of [
    [records, 4],
    [{ ...records, texts: { name: texts } }, 3],
  ] as const)
    await expect(model.fitRecords(other, { seed, checkpoint })).rejects.toMatchObject({
      code: "VERISIM_CHECKPOINT",
      where: { file: checkpoint },
    });
  const resumed = await model.fitRecords(records, { seed: 3, checkpoint });
  expect(resumed.training).toEqual(whole.training);
  expect(encodeModel(resumed.toArtifact())).toEqual(encodeModel(whole.toArtifact()));
  expect(existsSync(checkpoint)).toBe(false);
});

test("says before it starts that it would take more memory than is allowed", async () => {
  await expect(model.fitRecords(records, { maxMemoryBytes: 1000 })).rejects.toMatchObject({
    code: "VERISIM_MEMORY_BUDGET",
    where: { option: "max-memory" },
  });
  const enough = await model.fitRecords(records, { maxMemoryBytes: 2 ** 30 });
  expect(enough.training!.record.step).toBe(90);
});
