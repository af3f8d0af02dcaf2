// Ours for `copula-1m`: a model fitted by another process is read once; every run streams a million rows into a Parquet
// file. The peak memory is that of this process, model and writer included.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { gaussianCopula } from "@verisim/copula";
import { readModelFile } from "@verisim/core";
import { openTableWriter } from "@verisim/data";

import { cacheFolder } from "../adult.ts";
import { serve, time } from "../serve.ts";

const folder = mkdtempSync(path.join(cacheFolder, "million-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const model = path.join(folder, "model.verisim");
execFileSync(process.execPath, [path.join(import.meta.dirname, "fit-model.ts"), process.argv[2]!, model]);
const generator = gaussianCopula.fromArtifact(await readModelFile(model));
const file = path.join(folder, "million.parquet");
let seed = 0;

await serve(async () => {
  seed++;
  const seconds = await time(async () => {
    const writer = await openTableWriter(file, generator.metadata);
    for await (const batch of generator.sampleBatches(1_000_000, { seed })) await writer.append(batch);
    await writer.close();
  });
  const peakMemoryMB = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
  return { seconds, peakMemoryMB, fileBytes: statSync(file).size };
});
