// Decides whether a stage of the bootstrap has anything to do: a hash over the contents of its inputs is kept in
// .cache/bootstrap/<stage> and holds as long as the outputs are there. Contents rather than times, so that switching
// branches or cloning anew never rebuilds what is built.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const skipped = /^(node_modules|dist|build.*|\..*)$/;

/** Files below `folder` whose names match, in a fixed order, relative to `root`; built folders inside are left out. */
export function listFiles(root, folder, pattern) {
  const found = [];
  const visit = (relative) => {
    const entries = readdirSync(path.join(root, relative), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (skipped.test(entry.name)) continue;
      const inside = `${relative}/${entry.name}`;
      if (entry.isDirectory()) visit(inside);
      else if (pattern.test(entry.name)) found.push(inside);
    }
  };
  if (existsSync(path.join(root, folder))) visit(folder);
  return found;
}

export function fingerprint(root, { inputs, files }) {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  const all = [...files, ...inputs.folders.flatMap((folder) => listFiles(root, folder, inputs.pattern))];
  for (const file of all) {
    const place = path.join(root, file);
    if (existsSync(place)) hash.update(`\0${file}\0`).update(readFileSync(place));
  }
  return hash.digest("hex");
}

const stampOf = (root, stage) => path.join(root, ".cache/bootstrap", stage.name);

export function isFresh(root, stage, print) {
  const stamp = stampOf(root, stage);
  return (
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === print &&
    stage.outputs.every((output) => existsSync(path.join(root, output)))
  );
}

export function markFresh(root, stage, print) {
  mkdirSync(path.dirname(stampOf(root, stage)), { recursive: true });
  writeFileSync(stampOf(root, stage), print);
}

/** Runs `work` while no other process of this checkout does; the lock of a dead process is taken over. */
export function withLock(root, work) {
  const lock = path.join(root, ".cache/bootstrap/lock");
  mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (ownerIsGone(lock)) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function ownerIsGone(lock) {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    if (owner === 0) return false;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
