// Compiles kernel text by NVRTC without a GPU, through a small program made of the addon's own sources (compile.cc). What
// was compiled once is not compiled again: results are kept by the hash of text, architecture and compiler.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { installNvrtc } from "./nvrtc.mjs";
import { cache, shimProblem } from "./shim.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const native = path.join(root, "native/tensor");

/** Device architectures and PTX that the check compiles for. */
export const checkedArchitectures = ["sm_80", "sm_90", "sm_100", "compute_75"];
/** What a release carries: a cubin runs on every later minor version, PTX on every later device. */
export const releasedArchitectures = ["sm_75", "sm_80", "sm_90", "sm_100", "sm_120", "compute_75"];

const hashOf = (/** @type {(string | Buffer)[]} */ ...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 32);
};

/** Why nothing can be compiled on this machine, or null. */
export function compilerProblem() {
  if (shimProblem()) return shimProblem();
  try {
    installNvrtc();
    return null;
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

/** Builds compile.cc where it is not built yet. */
function buildCompiler() {
  const texts = readdirSync(path.join(native, "cuda"))
    .filter((name) => /\.cuh?$/.test(name))
    .map((name) => path.join(native, "cuda", name))
    .concat(path.join(native, "ops.def"));
  const sources = ["texts.cc", "nvrtc.cc", "images.cc"].map((name) => path.join(native, "cuda", name));
  const main = path.join(root, "tools/cuda/compile.cc");
  const embed = path.join(native, "cuda/embed.cmake");
  const program = path.join(
    cache,
    `compile-${hashOf(...[...texts, ...sources, main, embed].map((file) => readFileSync(file)))}`,
  );
  if (existsSync(program)) return program;
  const embedded = `${program}.${process.pid}.cc`;
  execFileSync("cmake", [`-DOUTPUT=${embedded}`, `-DFILES=${texts.join(",")}`, "-P", embed], {
    stdio: "ignore",
  });
  execFileSync("g++", [
    "-std=c++20",
    "-I",
    native,
    main,
    embedded,
    ...sources,
    "-ldl",
    "-o",
    `${program}.${process.pid}`,
  ]);
  rmSync(embedded);
  renameSync(`${program}.${process.pid}`, program);
  return program;
}

/** @param {string} library NVRTC @param {string[]} args @param {string} [input] */
function runCompiler(library, args, input = "") {
  const child = spawn(buildCompiler(), args, {
    stdio: [input === "" ? "ignore" : "pipe", "ignore", "pipe"],
    // NVRTC finds its own parts beside it, which a preloaded sanitizer runtime keeps it from.
    env: { ...process.env, LD_PRELOAD: "", VERISIM_NVRTC_LIBRARY: library },
  });
  let words = "";
  child.stderr?.on("data", (part) => {
    words += part;
  });
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(undefined) : reject(new Error(words.trim()))));
  });
}

/** The text of the families that every program shares. */
export function familiesText() {
  mkdirSync(cache, { recursive: true });
  const file = path.join(cache, `families-${process.pid}.cu`);
  execFileSync(buildCompiler(), ["--families", file]);
  const text = readFileSync(file, "utf8");
  rmSync(file);
  return text;
}

/**
 * Compiles texts for architectures, two at a time; resolves to how many were compiled now, and not before.
 * @param {readonly string[]} texts
 * @param {readonly string[]} [architectures]
 * @throws Error with the compiler's words
 */
export async function compileTexts(texts, architectures = checkedArchitectures) {
  const library = installNvrtc();
  const done = path.join(cache, "compiled");
  mkdirSync(done, { recursive: true });
  const tasks = architectures.flatMap((architecture) =>
    texts
      .map((text) => ({ text, architecture, mark: path.join(done, hashOf(text, architecture, library)) }))
      .filter(({ mark }) => !existsSync(mark)),
  );
  const folder = mkdtempSync(path.join(tmpdir(), "verisim-cuda-"));
  const queue = tasks.entries();
  const work = async () => {
    for (const [i, { text, architecture, mark }] of queue) {
      const file = path.join(folder, `${i}.cu`);
      writeFileSync(file, text);
      await runCompiler(library, [folder, architecture], `${file}\n`);
      writeFileSync(mark, "");
    }
  };
  try {
    await Promise.all([work(), work()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tasks.length;
}

/**
 * Writes the archive of compiled families that the addon looks for beside itself.
 * @param {string} file
 * @param {readonly string[]} [architectures]
 * @param {string} [library] default: NVRTC 12.9
 */
export async function writeArchive(file, architectures = releasedArchitectures, library = installNvrtc()) {
  mkdirSync(path.dirname(file), { recursive: true });
  await runCompiler(library, ["--archive", `${file}.${process.pid}`, ...architectures]);
  renameSync(`${file}.${process.pid}`, file);
}
