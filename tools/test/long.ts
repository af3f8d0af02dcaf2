// `npm run test:long`: what takes minutes. Sanitizers over the addon, the fuzzer, slow tests, the packed packages on
// every supported Node, and parity with the Python peer. Give names as arguments to run only the steps that hold them.
// Most steps keep one core busy, so there are two lanes: what checks our own code, and what needs the peers, which the
// first step that wants one installs. A step's limit is for what hangs; that of all is what ends a slow machine's run.

import { runSteps, type Step } from "./steps.ts";
import { vitestStep } from "./vitest-step.ts";

const ownCode: readonly Step[] = [
  { name: "sanitizers", script: ["native/tensor/test/sanitize.mjs"], limitMinutes: 20 },
  { name: "sanitizers on trees", script: ["native/trees/test/sanitize.mjs"], limitMinutes: 12 },
  { name: "thread sanitizer", script: ["native/tensor/test/sanitize.mjs", "--thread"], limitMinutes: 20 },
  {
    name: "fuzzed programs",
    script: ["native/tensor/test/fuzz-program.mjs", "--seconds", "60"],
    limitMinutes: 8,
  },
  { name: "fuzzer", script: ["tools/fuzz/fuzz.ts", "--seconds", "20"], limitMinutes: 8 },
  vitestStep("slow tests", "vitest.slow.config.ts", 25),
  { name: "tfjs-node", script: ["tools/tfjs-node/test.ts"], limitMinutes: 15 },
];

const peers: readonly Step[] = [
  { name: "packed packages", script: ["tools/pack/pack.ts"], limitMinutes: 20 },
  { name: "parity", script: ["tools/parity/quality.ts"], limitMinutes: 20 },
  { name: "metrics parity", script: ["tools/parity/metrics.ts"], limitMinutes: 25 },
  { name: "resample parity", script: ["tools/parity/resample.ts"], limitMinutes: 12 },
  { name: "LightGBM parity", script: ["tools/parity/lightgbm.ts"], limitMinutes: 12 },
  { name: "XGBoost parity", script: ["tools/parity/xgboost.ts"], limitMinutes: 20 },
  { name: "ONNX files", script: ["tools/parity/onnx-files.ts"], limitMinutes: 12 },
];

const words = process.argv.slice(2);
const isWanted = ({ name }: Step): boolean => words.length === 0 || words.some((word) => name.includes(word));
await runSteps(
  [ownCode, peers].map((steps) => steps.filter(isWanted)),
  37,
);
