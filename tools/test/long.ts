// `npm run test:long`: what takes minutes. Sanitizers over the addon, the fuzzer, slow tests, the packed packages on
// every supported Node, and parity with the Python peer. Give names as arguments to run only the steps that hold them.

import { runSteps, type Step } from "./steps.ts";
import { vitestStep } from "./vitest-step.ts";

const steps: readonly Step[] = [
  { name: "sanitizers", script: ["native/tensor/test/sanitize.mjs"], limitMinutes: 12 },
  { name: "sanitizers on trees", script: ["native/trees/test/sanitize.mjs"], limitMinutes: 8 },
  { name: "thread sanitizer", script: ["native/tensor/test/sanitize.mjs", "--thread"], limitMinutes: 12 },
  {
    name: "fuzzed programs",
    script: ["native/tensor/test/fuzz-program.mjs", "--seconds", "60"],
    limitMinutes: 6,
  },
  { name: "fuzzer", script: ["tools/fuzz/fuzz.ts", "--seconds", "20"], limitMinutes: 5 },
  vitestStep("slow tests", "vitest.slow.config.ts", 15),
  { name: "packed packages", script: ["tools/pack/pack.ts"], limitMinutes: 12 },
  { name: "parity", script: ["tools/parity/quality.ts"], limitMinutes: 12 },
  { name: "metrics parity", script: ["tools/parity/metrics.ts"], limitMinutes: 15 },
  { name: "resample parity", script: ["tools/parity/resample.ts"], limitMinutes: 6 },
  { name: "LightGBM parity", script: ["tools/parity/lightgbm.ts"], limitMinutes: 6 },
  { name: "XGBoost parity", script: ["tools/parity/xgboost.ts"], limitMinutes: 15 },
  { name: "ONNX files", script: ["tools/parity/onnx-files.ts"], limitMinutes: 6 },
  { name: "tfjs-node", script: ["tools/tfjs-node/test.ts"], limitMinutes: 12 },
];

const wanted = process.argv.slice(2);
await runSteps(
  wanted.length === 0 ? steps : steps.filter(({ name }) => wanted.some((word) => name.includes(word))),
  39,
);
