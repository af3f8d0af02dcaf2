// The bootstrap's stamps: work is repeated exactly when an input's content or an output is gone.

import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { removeStaleOutputs } from "./stale-outputs.mjs";
import { fingerprint, isFresh, markFresh } from "./stamps.mjs";

const stage = {
  name: "sample",
  inputs: { folders: ["src"], pattern: /\.ts$/ },
  files: ["lock.yaml"],
  outputs: ["dist/index.js"],
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "verisim-stamps-"));
  for (const folder of ["src/inner", "src/node_modules", "dist"])
    mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, "src/inner/a.ts"), "one");
  writeFileSync(path.join(root, "lock.yaml"), "lock");
  writeFileSync(path.join(root, "dist/index.js"), "built");
  markFresh(root, stage, fingerprint(root, stage));
});

afterEach(() => rmSync(root, { recursive: true }));

const fresh = () => isFresh(root, stage, fingerprint(root, stage));

describe("stamps", () => {
  it("hold while contents stay, whatever the times of the files", () => {
    utimesSync(path.join(root, "src/inner/a.ts"), 1, 1);
    writeFileSync(path.join(root, "src/node_modules/b.ts"), "not an input");
    expect(fresh()).toBe(true);
  });

  it("break on a changed, a new and a renamed input", () => {
    writeFileSync(path.join(root, "src/inner/a.ts"), "two");
    expect(fresh()).toBe(false);
    writeFileSync(path.join(root, "src/inner/a.ts"), "one");
    expect(fresh()).toBe(true);
    writeFileSync(path.join(root, "src/c.ts"), "");
    expect(fresh()).toBe(false);
  });

  it("break on a changed file that is named alone", () => {
    writeFileSync(path.join(root, "lock.yaml"), "other");
    expect(fresh()).toBe(false);
  });

  it("break when an output is gone", () => {
    rmSync(path.join(root, "dist/index.js"));
    expect(fresh()).toBe(false);
  });
});

describe("removeStaleOutputs", () => {
  it("deletes the types of a source that is gone, and nothing else", () => {
    for (const file of ["inner/a.d.ts", "chunk-1.js", "gone.d.ts", "gone.d.ts.map", "notes.txt"]) {
      mkdirSync(path.dirname(path.join(root, "package/dist", file)), { recursive: true });
      writeFileSync(path.join(root, "package/dist", file), "");
    }
    mkdirSync(path.join(root, "package/src/inner"), { recursive: true });
    writeFileSync(path.join(root, "package/src/inner/a.ts"), "");
    const removed = removeStaleOutputs(root, "package");
    expect(removed).toEqual(["gone.d.ts", "gone.d.ts.map"].map((file) => `package/dist/${file}`));
    expect(readdirSync(path.join(root, "package/dist"), { recursive: true }).sort()).toEqual([
      "chunk-1.js",
      "inner",
      "inner/a.d.ts",
      "notes.txt",
    ]);
  });
});

describe("withLock", () => {
  const script = (body: string) =>
    `import { withLock } from ${JSON.stringify(pathToFileURL(path.join(import.meta.dirname, "stamps.mjs")).href)};
     import { appendFileSync } from "node:fs";
     const log = (text) => appendFileSync(${JSON.stringify(path.join(root, "log"))}, text);
     ${body}`;
  const run = (body: string) =>
    new Promise((resolve) =>
      spawn(process.execPath, ["--input-type=module", "-e", script(body)], { stdio: "inherit" }).on(
        "close",
        resolve,
      ),
    );

  it("never lets two processes work at the same time", async () => {
    const body = `withLock(${JSON.stringify(root)}, () => {
      log("(");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
      log(")");
    });`;
    await Promise.all([run(body), run(body), run(body)]);
    expect(readFileSync(path.join(root, "log"), "utf8")).toBe("()()()");
  });

  it("takes over the lock of a process that died", async () => {
    await run(`withLock(${JSON.stringify(root)}, () => process.exit(1));`);
    await run(`withLock(${JSON.stringify(root)}, () => log("taken over"));`);
    expect(readFileSync(path.join(root, "log"), "utf8")).toBe("taken over");
  });
});
