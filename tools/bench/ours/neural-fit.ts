// Ours for `ctgan-fit`, `copulagan-fit` and `tvae-fit`: the table is in memory with its metadata; one whole fit with the
// settings of the paper, so that both sides do the same maths. Arguments: table, threads, generator, epochs.

import { readTable } from "@verisim/data";
import { findGenerator } from "@verisim/verisim/generators";

import { peakMemoryMB, serve, time } from "../serve.ts";

const [, , file, , name, epochs] = process.argv;
const definition = findGenerator(name!);
const { table, metadata } = await readTable(file!);
let seed = 0;

await serve(async () => {
  seed++;
  const generator = definition.create({ preset: "reference", epochs: Number(epochs) });
  const started = process.cpuUsage();
  const seconds = await time(() => generator.fit(table, { metadata, seed }));
  const { user, system } = process.cpuUsage(started);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    epochs: Number(epochs),
    steps: generator.training?.step,
    peakMemoryMB: peakMemoryMB(),
  };
});
