// Makes a fresh clone ready: dependencies, the native addon, compiled TypeScript. Every npm script of the root runs it
// first, so that one command is enough. Plain JavaScript for Node 20 without dependencies, since nothing is installed
// yet. Everything is written to stderr: stdout belongs to the command that follows. The scripts that go on with a
// TypeScript tool say `hash -r` in between, or the shell would stay with the Node that it found before the install.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { missingRequirements } from "./requirements.mjs";
import { removeStaleOutputs } from "./stale-outputs.mjs";
import { fingerprint, isFresh, markFresh, withLock } from "./stamps.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const quiet = process.argv.includes("--quiet");
const bin = path.join(root, "node_modules/.bin");

/** What stops a bootstrap; its text is all that the user sees. */
class BootstrapError extends Error {}

/** With --quiet only what makes the user wait is said. */
function say(text, always = false) {
  if (!quiet || always) process.stderr.write(`${text}\n`);
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH}`,
      TURBO_TELEMETRY_DISABLED: "1",
    },
  });
  if (result.status !== 0) {
    throw new BootstrapError(
      `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}\n` +
        `Failed: ${[path.basename(command), ...args].join(" ")}`,
    );
  }
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--reporter=append-only"]);
}

const packageFolders = JSON.parse(readFileSync(path.join(root, "tsconfig.json"), "utf8")).references.map(
  (reference) => reference.path,
);

function compile() {
  run(path.join(bin, "turbo"), ["run", "build:types", "--output-logs=errors-only", "--log-prefix=none"]);
  for (const folder of packageFolders) removeStaleOutputs(root, folder);
}

const nativeBuild = path.join(root, "tools/build/native.mjs");
const treesPackage = (file) => `native/platforms/trees-${process.platform}-${process.arch}/${file}`;

/** Without a Python package index everything but boosted trees works: that is said, and tried again the next time. */
function buildTrees() {
  run(process.execPath, [nativeBuild, "trees"]);
  try {
    run(process.execPath, [path.join(root, "tools/build/lightgbm.mjs")]);
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    say(`${error.message.trim()}\nGoing on without: packages/trees and verisim augment do not work.`, true);
  }
}

const stages = [
  {
    name: "dependencies",
    doing: "Installing the dependencies (the first time can take a minute)",
    slow: true,
    inputs: { folders: ["packages", "apps", "native", "tools"], pattern: /^package\.json$/ },
    files: ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"],
    outputs: ["node_modules/.modules.yaml"],
    run: install,
  },
  {
    name: "native",
    doing: "Building the native addon (a minute or two)",
    slow: true,
    inputs: { folders: ["native/tensor"], pattern: /(\.(cc|cpp|h|hpp|def|cmake)|CMakeLists\.txt)$/ },
    files: ["tools/build/native.mjs"],
    outputs: [`native/platforms/${process.platform}-${process.arch}/verisim_tensor.node`],
    run: () => run(process.execPath, [nativeBuild, "tensor"]),
    skip: !existsSync(nativeBuild),
  },
  {
    name: "trees",
    doing: "Building the addon for LightGBM, and fetching LightGBM",
    inputs: {
      folders: ["native/trees", "native/tensor"],
      pattern: /(\.(cc|h)|CMakeLists\.txt|package\.json)$/,
    },
    files: ["tools/build/native.mjs", "tools/build/lightgbm.mjs"],
    outputs: [treesPackage("verisim_trees.node"), treesPackage("lib_lightgbm.so")],
    run: buildTrees,
    skip: !existsSync(path.join(root, treesPackage("package.json"))),
  },
  {
    name: "types",
    doing: "Compiling TypeScript",
    inputs: { folders: ["packages", "apps"], pattern: /(?<!\.test)\.ts$|^tsconfig\.json$/ },
    files: ["tsconfig.json", "tsconfig.base.json", "turbo.json", "tools/build/bundle.mjs"],
    outputs: packageFolders.map((folder) => `${folder}/dist/index.js`),
    run: compile,
  },
];

function pendingStages() {
  return stages.filter((stage) => !stage.skip && !isFresh(root, stage, fingerprint(root, stage)));
}

function bootstrap() {
  if (pendingStages().length === 0) return;
  withLock(root, () => {
    // Another process may have done the work while this one waited.
    const pending = pendingStages();
    const missing = pending.some((stage) => stage.name !== "types") ? missingRequirements() : [];
    if (missing.length > 0) throw new BootstrapError(missing.join("\n"));
    for (const stage of pending) {
      const start = performance.now();
      say(`${stage.doing} ...`, stage.slow);
      const before = fingerprint(root, stage);
      stage.run();
      markFresh(root, stage, before);
      say(`${stage.doing}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
    requireTypeScriptRunner();
  });
}

/** The repository's tools are TypeScript files that Node runs directly: 26 from node_modules, or 22.18 and later. */
function requireTypeScriptRunner() {
  if (existsSync(path.join(bin, "node"))) return;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  throw new BootstrapError(
    `Node ${process.versions.node}: no Node 26 package exists for ${process.platform}-${process.arch}, ` +
      "and the repository's tools need Node 22.18 or later. Install one from your system's packages.",
  );
}

try {
  bootstrap();
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  process.stderr.write(`${error.message.trim()}\n`);
  process.exitCode = 1;
}
