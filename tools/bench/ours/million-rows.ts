// Ours for `copula-1m` and `ctgan-1m`: a model fitted by another process is read once; every run streams a million rows
// into a Parquet file. The peak memory is that of this process, model and writer included. Arguments: table, threads,
// generator. A network's shape, and with it the time for a row, does not depend on how long it was trained: one epoch.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { readModelFile } from "@verisim/core";
import { openTableWriter } from "@verisim/data";
import { findGenerator } from "@verisim/verisim/generators";

import { cacheFolder } from "../adult.ts";
import { peakMemoryMB, serve, time } from "../serve.ts";

const [, , table, , name] = process.argv;
const definition = findGenerator(name!);
const options = definition.trains ? { epochs: 1, minSteps: 1 } : {};
const folder = mkdtempSync(path.join(cacheFolder, "million-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const model = path.join(folder, "model.verisim");
const script = path.join(import.meta.dirname, "fit-model.ts");
execFileSync(process.execPath, [...process.execArgv, script, table!, model, name!, JSON.stringify(options)]);
const generator = definition.fromArtifact(await readModelFile(model));
const file = path.join(folder, "million.parquet");
let seed = 0;

await serve(async () => {
  seed++;
  const seconds = await time(async () => {
    const writer = await openTableWriter(file, generator.metadata);
    for await (const batch of generator.sampleBatches(1_000_000, { seed })) await writer.append(batch);
    await writer.close();
  });
  return { seconds, peakMemoryMB: peakMemoryMB(), fileBytes: statSync(file).size };
});
