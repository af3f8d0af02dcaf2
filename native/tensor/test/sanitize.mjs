// Builds the addon with the address and undefined-behaviour sanitizers and runs the tests of packages/tensor on it.
// Exits with 1 when a test fails or a sanitizer reports anything. Linux with GCC or Clang.
//   node native/tensor/test/sanitize.mjs

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildNative } from "../../../tools/build/native.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The sanitizer's runtime must come first in the process: node itself is built without it. */
function runtimeLibrary() {
  const compiler = process.env.CXX?.split(" ")[0] ?? "c++";
  for (const name of ["libasan.so", `libclang_rt.asan-${process.arch === "x64" ? "x86_64" : "aarch64"}.so`]) {
    const { stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" });
    if (stdout && existsSync(stdout.trim())) return stdout.trim();
  }
  throw new Error(
    `${compiler} has no address sanitizer: install the compiler's sanitizer libraries (libasan)`,
  );
}

const { path } = buildNative({ sanitize: true });
const reports = mkdtempSync(join(tmpdir(), "verisim-sanitize-"));
// Reports go to files: a test that starts processes of its own must not swallow one.
const report = `log_path=${join(reports, "report")}`;
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const result = spawnSync(process.execPath, [vitest, "run", "packages/tensor", "--maxWorkers=1"], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    LD_PRELOAD: runtimeLibrary(),
    VERISIM_ADDON: path,
    // Leaks are left to the memory test: node keeps its own memory to the end on purpose.
    ASAN_OPTIONS: `detect_leaks=0:detect_stack_use_after_return=1:${report}`,
    UBSAN_OPTIONS: `print_stacktrace=1:halt_on_error=1:${report}`,
  },
});
const found = readdirSync(reports).map((name) => readFileSync(join(reports, name), "utf8"));
rmSync(reports, { recursive: true, force: true });
for (const text of found) process.stderr.write(`${text}\n`);
if (result.error) process.stderr.write(`${result.error.message}\n`);
const failed = found.length > 0 || result.status !== 0;
process.stderr.write(
  failed ? `sanitize: ${found.length} reports, tests exited with ${result.status}\n` : "sanitize: clean\n",
);
process.exitCode = failed ? 1 : 0;
