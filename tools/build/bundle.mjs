// One file per entry of a package in place of one per source file: a package loads in a few milliseconds, since resolving
// and linking hundreds of small modules costs more than running them. Types stay one file per source (`tsc -b` writes
// them). What a package imports lazily becomes a chunk of its own; other packages stay outside.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));

/**
 * The entries of a package: the sources that its exports name, and those of its threads. Files that are shipped as they
 * are have none.
 */
function entriesOf(folder) {
  const { exports } = readJson(`${folder}/package.json`);
  const named = Object.values(exports)
    .filter((entry) => typeof entry !== "string")
    .map((entry) => entry["verisim-source"]);
  const threads = readdirSync(path.join(root, folder, "src"))
    .filter((file) => file.endsWith("-thread.ts"))
    .map((file) => `src/${file}`);
  return [...named, ...threads].map((file) => path.join(root, folder, file));
}

/** Files of earlier builds: chunks have other names when their text changes. */
function clean(folder) {
  const outputs = path.join(root, folder, "dist");
  for (const file of listJavaScript(outputs)) rmSync(path.join(outputs, file));
}

function listJavaScript(folder) {
  try {
    return readdirSync(folder, { recursive: true }).filter((file) => /\.js(\.map)?$/.test(file));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

const folders = readJson("tsconfig.json").references.map((reference) => reference.path);
await Promise.all(
  folders.map(async (folder) => {
    const entryPoints = entriesOf(folder);
    clean(folder);
    await build({
      entryPoints,
      outdir: path.join(root, folder, "dist"),
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      packages: "external",
      sourcemap: true,
      // Beside the entries, so that paths relative to a module are the same in sources and in the build.
      chunkNames: "[name]-[hash]",
      logLevel: "warning",
    });
  }),
);
