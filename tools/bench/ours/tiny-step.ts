// Ours for `tiny-step`: the golden program of a small network.

import { tinyStep } from "@verisim/tensor/testing";

import { serveTraining } from "../training.ts";
import sizes from "../training-sizes.json" with { type: "json" };

const { stepsPerRun, ...tiny } = sizes.tiny;
await serveTraining(tinyStep(tiny), stepsPerRun, 20);
