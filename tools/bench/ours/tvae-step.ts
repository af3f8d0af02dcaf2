// Ours for `tvae-step`: the golden program at the table's sizes. Arguments: table, threads.

import { tvaeStep } from "@verisim/tensor/testing";

import { readEncodedTable } from "../encoded.ts";
import { serveTraining } from "../training.ts";
import sizes from "../training-sizes.json" with { type: "json" };

const { batch, stepsPerRun, warmUp } = sizes.tvae;
const spec = tvaeStep({ table: await readEncodedTable(process.argv[2]!), batch });
await serveTraining(spec, stepsPerRun, warmUp);
