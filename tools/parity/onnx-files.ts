// Every op and every golden program as an ONNX file, judged by the onnx package's own checker and shape inference:
//   node tools/parity/onnx-files.ts [--peers DIR] [--keep DIR]

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { VerisimError } from "@verisim/core";
import { checkOnnx, type ExportOptions, exportOnnx, operators } from "@verisim/onnx";
import { type TracedEntry, traceProgram } from "@verisim/tensor";
import { goldenEntries, opCases, sampler, toyLayout, toySizes, traceCase } from "@verisim/tensor/testing";
import { defaultFolder, installPeer } from "./install.mjs";

const { values: flags } = parseArgs({
  options: { peers: { type: "string", default: defaultFolder }, keep: { type: "string" } },
});

const folder = flags.keep ?? mkdtempSync(path.join(tmpdir(), "verisim-onnx-"));
mkdirSync(folder, { recursive: true });
let files = 0;

function write(name: string, entry: TracedEntry, options: ExportOptions = {}): void {
  try {
    const bytes = exportOnnx(entry, options);
    checkOnnx(bytes);
    writeFileSync(path.join(folder, `${name.replace(/[^\w]+/g, "-")}.onnx`), bytes);
    files++;
  } catch (error) {
    // Optimizer steps have no file.
    if (!(VerisimError.isInstance(error) && error.code === "VERISIM_ONNX_UNSUPPORTED")) throw error;
  }
}

for (const opCase of opCases()) write(opCase.name, traceCase(opCase, { gradients: true }));
for (const { name, entry, spec } of goldenEntries()) write(name, entry, { state: spec.state });
const open = sampler({ ...toySizes, layout: toyLayout, rows: 101 });
write("sampler-of-any-number-of-rows", traceProgram(open)[0]!, { state: open.state, rows: 101 });
const arity = [...operators].map(([name, { inputs, outputs }]) => [name, [inputs, outputs]]);
// An infinite bound becomes null.
writeFileSync(path.join(folder, "operators.json"), JSON.stringify(Object.fromEntries(arity)));

console.log(`${files} files`);
const script = path.join(import.meta.dirname, "check_onnx.py");
const { status } = spawnSync(installPeer(flags.peers, "onnx"), [script, folder], { stdio: "inherit" });
if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true });
process.exitCode = status === 0 ? 0 : 1;
