// Runs node with a sanitized addon: the runtime library first in the process, reports collected from every process
// that the run starts. The trees addon's hook uses it too.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildNative } from "../../../tools/build/native.mjs";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What the runtime library of a sanitizer is called, and its options but for where reports go. */
const sanitizers = {
  address: {
    library: "asan",
    options: (report) => ({
      // Leaks are left to the memory test: node keeps its own memory to the end on purpose.
      ASAN_OPTIONS: `detect_leaks=0:detect_stack_use_after_return=1:allocator_may_return_null=1:${report}`,
      UBSAN_OPTIONS: `print_stacktrace=1:halt_on_error=1:${report}`,
    }),
  },
  thread: {
    library: "tsan",
    options: (report) => ({
      // Node and V8 are built without the sanitizer: what they do among themselves would look like races.
      TSAN_OPTIONS: `ignore_noninstrumented_modules=1:report_signal_unsafe=0:${report}`,
    }),
  },
};

/** The sanitizer's runtime must come first in the process: node itself is built without it. */
function runtimeLibrary(name) {
  const compiler = process.env.CXX?.split(" ")[0] ?? "c++";
  const clang = `libclang_rt.${name}-${process.arch === "x64" ? "x86_64" : "aarch64"}.so`;
  for (const file of [`lib${name}.so`, clang]) {
    const { stdout } = spawnSync(compiler, [`-print-file-name=${file}`], { encoding: "utf8" });
    if (stdout && existsSync(stdout.trim())) return stdout.trim();
  }
  throw new Error(`${compiler} has no lib${name}: install the compiler's sanitizer libraries`);
}

/**
 * Runs `node ...args` with the sanitized addon, prints what the sanitizer reported, and sets the exit code.
 * @param {string} name what to call the run in the last line
 * @param {"address" | "thread"} sanitize
 * @param {string[]} args
 * @param {{addon: "tensor" | "trees", variable: string}} target which addon, and the variable that names its binary
 */
export function runSanitized(
  name,
  sanitize,
  args,
  { addon, variable } = { addon: "tensor", variable: "VERISIM_ADDON" },
) {
  const { path } = buildNative({ addon, sanitize });
  const reports = mkdtempSync(join(tmpdir(), "verisim-sanitize-"));
  // Reports go to files: a run that starts processes of its own must not swallow one.
  const report = `log_path=${join(reports, "report")}`;
  const { library, options } = sanitizers[sanitize];
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, LD_PRELOAD: runtimeLibrary(library), [variable]: path, ...options(report) },
  });
  const found = readdirSync(reports).map((file) => readFileSync(join(reports, file), "utf8"));
  rmSync(reports, { recursive: true, force: true });
  for (const text of found) process.stderr.write(`${text}\n`);
  if (result.error) process.stderr.write(`${result.error.message}\n`);
  const failed = found.length > 0 || result.status !== 0;
  process.stderr.write(
    failed ? `${name}: ${found.length} reports, exit code ${result.status}\n` : `${name}: clean\n`,
  );
  process.exitCode = failed ? 1 : 0;
}
