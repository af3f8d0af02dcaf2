// Ours for `ctgan-step` and `ctgan-step-50`: the golden program at the table's sizes. Arguments: table, threads, batch.

import { ctganStep } from "@verisim/tensor/testing";

import { readEncodedTable } from "../encoded.ts";
import { serveTraining } from "../training.ts";
import sizes from "../training-sizes.json" with { type: "json" };

const [, , file, , batch] = process.argv;
const { warmUp, stepsPerRun } = sizes.ctgan;
const spec = ctganStep({ table: await readEncodedTable(file!), batch: Number(batch) });
await serveTraining(spec, stepsPerRun[batch as keyof typeof stepsPerRun], warmUp);
