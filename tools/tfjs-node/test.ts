// `npm run test:tfjs-node`: the tests of packages/tfjs on TensorFlow's C++ library in place of the JavaScript backend.
// Builds the binding first where it is not there (about two minutes, most of it download).

import { spawnSync } from "node:child_process";
import path from "node:path";

import { formatTally, root, settle } from "../test/steps.ts";
import { readReport } from "../test/vitest-step.ts";
import { installTfjsNode } from "./install.mjs";

if (process.platform !== "linux" || process.arch !== "x64")
  console.log("tfjs-node is built on Linux on x64 only.\n0 passed, 0 failed, 1 skipped");
else {
  const { module, preload } = installTfjsNode();
  const report = path.join(root, ".cache/test/tfjs-node.json");
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, [vitest, "run", "packages/tfjs", ...reporters], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      NODE_OPTIONS: `--require ${preload}`,
      TF_CPP_MIN_LOG_LEVEL: "2",
      VERISIM_TFJS_MODULE: module,
    },
  });
  const tally = settle(status ?? 1, readReport(report));
  console.log(formatTally(tally));
  process.exitCode = tally.failed > 0 ? 1 : 0;
}
