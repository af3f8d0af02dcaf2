// `npm run test:cuda`: the conformance suites of the CUDA kernels on a real GPU. Where there is none it says so, and why,
// and nothing counts as passed.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { nativeDevices } = await import("../../packages/tensor/src/runtime/native-program.ts");
const device = nativeDevices().find((/** @type {{ name: string }} */ { name }) => name === "cuda");

if (device === undefined || !device.available) {
  console.log(`No GPU was tested: ${device?.description ?? "this build knows no device cuda"}`);
  console.log("0 passed, 0 failed, 1 skipped");
} else {
  console.log(`Testing on ${device.description}`);
  const { status } = spawnSync(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "packages/tensor/src/runtime/cuda.",
      "packages/tensor/src/runtime/cuda-programs",
    ],
    { cwd: root, stdio: "inherit", env: { ...process.env, VERISIM_CUDA_TEST: "device" } },
  );
  process.exitCode = status ?? 1;
}
