// The compiler never deletes: when a source is renamed or removed, its old types would stay in dist and be published.

import { existsSync, rmSync } from "node:fs";
import path from "node:path";

import { listFiles } from "./stamps.mjs";

/** Deletes the types of a package whose source is gone; returns them, relative to the root. */
export function removeStaleOutputs(root, folder) {
  const dist = `${folder}/dist`;
  const stale = listFiles(root, dist, /\.d\.ts(\.map)?$/).filter((file) => {
    const source = file.slice(dist.length + 1).replace(/\.d\.ts(\.map)?$/, ".ts");
    return !existsSync(path.join(root, folder, "src", source));
  });
  for (const file of stale) rmSync(path.join(root, file));
  return stale;
}
