// Packs every package, installs the tarballs into an empty folder outside the repository with plain npm and uses them
// there under every supported Node, with no compiler to be found. `--node 20.20.2` tries one version alone, `--keep`
// leaves the folder. The last line counts the checks.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { releasedArchitectures, writeArchive } from "../cuda/compiler.mjs";
import { formatTally } from "../test/steps.ts";
import { Consumer, type Outcome } from "./consumer.ts";
import { fetchNode, nodeVersions } from "./node-versions.ts";
import { sampleCsv } from "./sample-table.ts";
import { packFolder, publishableFolders, type Tarball, tarballProblems } from "./tarballs.ts";

const root = path.resolve(import.meta.dirname, "../..");
const { values: options } = parseArgs({
  options: { node: { type: "string", multiple: true }, keep: { type: "boolean", default: false } },
});
const rowCount = 300;
const tally = { passed: 0, failed: 0, skipped: 0 };

function check(name: string, problems: readonly string[]): void {
  tally[problems.length === 0 ? "passed" : "failed"]++;
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${name}`);
  for (const problem of problems) console.log(`       ${problem}`);
}

/** The compiled CUDA kernels: a part of the platform package that the release makes and git does not hold. */
async function checkKernels(): Promise<void> {
  const file = path.join(root, "native/platforms/linux-x64/verisim_cuda.kernels");
  try {
    await writeArchive(file);
    check(`CUDA kernels for ${releasedArchitectures.join(", ")}`, []);
  } catch (error) {
    check("CUDA kernels", String(error).split("\n"));
  }
}

async function checkTarballs(destination: string): Promise<Tarball[]> {
  const tarballs: Tarball[] = [];
  for (const folder of publishableFolders(root)) {
    const tarball = await packFolder(root, folder, destination);
    const sources = globSync("**/*.ts", { cwd: path.join(root, folder, "src") });
    const size = `${(tarball.sizeBytes / 1024).toFixed(0)} KiB`;
    check(`${tarball.manifest.name} ${tarball.manifest.version}, ${size}`, tarballProblems(tarball, sources));
    tarballs.push(tarball);
  }
  return tarballs;
}

/** Compiles a program that imports every package, with the declarations that a user gets. */
function checkTypes(consumer: Consumer, tarballs: readonly Tarball[]): void {
  const names = tarballs.filter(({ manifest }) => manifest.exports).map(({ manifest }) => manifest.name);
  const lines = names.map((name, index) => `import * as p${index} from "${name}";\nexport { p${index} };\n`);
  writeFileSync(path.join(consumer.folder, "all.mts"), lines.join(""));
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--lib",
    "es2023",
    "--types",
    "node",
  ];
  const libraries = ["--skipLibCheck", "--typeRoots", path.join(root, "node_modules/@types")];
  try {
    execFileSync(path.join(root, "node_modules/.bin/tsc"), [...flags, ...libraries, "all.mts"], {
      cwd: consumer.folder,
    });
    check(`types of ${names.length} packages resolve`, []);
  } catch (error) {
    check(
      `types of ${names.length} packages resolve`,
      String((error as { stdout: Buffer }).stdout).split("\n"),
    );
  }
}

function failures({ status, stdout, stderr }: Outcome): string[] {
  return status === 0 ? [] : [`exit code ${status}`, ...`${stdout}${stderr}`.trim().split("\n")];
}

const header = (text: string): string => text.slice(0, text.indexOf("\n")).trim();
const lineCount = (text: string): number => text.trimEnd().split("\n").length;

/** Uses the installed command under one Node; returns the hash of its CSV, or null where it failed. */
function checkNode(consumer: Consumer, version: string): string | null {
  const bin = fetchNode(root, version);
  const folder = `out-${version}`;
  mkdirSync(path.join(consumer.folder, folder));
  const told = consumer.verisim(bin, ["--version"]);
  check(`Node ${version}: verisim --version`, failures(told));
  const flags = ["--rows", String(rowCount), "--seed", "7", "--report", `${folder}/report.html`];
  const made = consumer.verisim(bin, [
    "synth",
    "customers.csv",
    "--out",
    `${folder}/synthetic.csv`,
    ...flags,
  ]);
  check(`Node ${version}: verisim synth`, failures(made));
  if (made.status !== 0) return null;
  const csv = consumer.read(`${folder}/synthetic.csv`).toString();
  const report = consumer.read(`${folder}/report.html`).toString();
  const problems: string[] = [];
  if (header(csv) !== header(sampleCsv(0)))
    problems.push(`Expected the columns of the input but received ${header(csv)}.`);
  if (lineCount(csv) !== rowCount + 1)
    problems.push(`Expected ${rowCount} rows but received ${lineCount(csv) - 1}.`);
  if (!/^<!doctype html>/i.test(report)) problems.push("The report is no HTML document.");
  check(`Node ${version}: the files it wrote`, problems);
  const parquet = `${folder}/again.parquet`;
  const fitted = consumer.verisim(bin, [
    "fit",
    "customers.csv",
    "--model",
    "gaussian-copula",
    "--out",
    `${folder}/m.verisim`,
  ]);
  const sampled = consumer.verisim(bin, ["sample", `${folder}/m.verisim`, "--rows", "50", "--out", parquet]);
  check(`Node ${version}: verisim fit and sample to Parquet`, [...failures(fitted), ...failures(sampled)]);
  const helped = consumer.verisim(bin, ["augment", "customers.csv", "--target", "plan", "--json", "--quiet"]);
  check(`Node ${version}: verisim augment`, failures(helped));
  const source =
    'const m = await import("@verisim/verisim"); if (Object.keys(m).length === 0) throw new Error("empty");';
  check(`Node ${version}: import "@verisim/verisim"`, failures(consumer.module(bin, source)));
  check(`Node ${version}: optional peers that are not there`, failures(consumer.module(bin, withoutPeers)));
  return createHash("sha256").update(csv).digest("hex");
}

/** Both packages load without their peers, and the one that needs its peer says so. */
const withoutPeers = `const { openOnnx } = await import("@verisim/onnx");
await import("@verisim/tfjs");
const code = await openOnnx(new Uint8Array()).then(() => "none", (error) => error.code);
if (code !== "VERISIM_PEER_MISSING") throw new Error(code);`;

const work = mkdtempSync(path.join(tmpdir(), "verisim-pack-"));
try {
  const packed = path.join(work, "tarballs");
  const empty = path.join(work, "consumer");
  for (const folder of [packed, empty]) mkdirSync(folder);
  await checkKernels();
  const tarballs = await checkTarballs(packed);
  const consumer = new Consumer(empty);
  consumer.install(tarballs);
  writeFileSync(path.join(empty, "customers.csv"), sampleCsv(rowCount));
  checkTypes(consumer, tarballs);
  const hashes = (options.node ?? nodeVersions).map((version) => checkNode(consumer, version));
  check(
    "every Node wrote the same synthetic rows",
    new Set(hashes).size === 1 && hashes[0] !== null
      ? []
      : [`Expected one hash but received ${hashes.join(", ")}.`],
  );
} finally {
  if (options.keep) console.log(`kept: ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
console.log(formatTally(tally));
process.exitCode = tally.failed > 0 ? 1 : 0;
