import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, "..", "..", "..", "..");

// The instruction set is chosen once per process, so another one needs a process of its own.
test.each(["baseline", "avx2"])(
  "every kernel does what its tests say on the instruction set %s",
  (simd) => {
    const result = spawnSync(
      process.execPath,
      [
        join(root, "node_modules", "vitest", "vitest.mjs"),
        "run",
        join(folder, "kernels-"),
        "--maxWorkers=1",
        "--reporter=default",
      ],
      { cwd: root, encoding: "utf8", env: { ...process.env, VERISIM_SIMD: simd } },
    );
    expect(result.stderr + result.stdout).toMatch(/Tests .* passed/);
    expect(result.status).toBe(0);
  },
  300_000,
);
