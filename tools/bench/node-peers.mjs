// Installs the JavaScript packages that Verisim is measured against, into a folder of their own:
//   node tools/bench/node-peers.mjs [DIR]
// What is installed already stays. They are no dependencies of the packages.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Exact versions; none of them needs an install script. */
const packages = {
  "@electric-sql/pglite": "0.5.17",
  "@faker-js/faker": "10.6.0",
  "drizzle-orm": "0.45.2",
  "drizzle-seed": "0.3.1",
};

/** The folder of the packages, installed when they are not there. */
export function installNodePeers(folder) {
  const place = path.resolve(folder, "node");
  const isThere = Object.keys(packages).every((name) => existsSync(path.join(place, "node_modules", name)));
  if (isThere) return place;
  console.error(`Installing ${Object.keys(packages).join(", ")} into ${place}`);
  mkdirSync(place, { recursive: true });
  const manifest = { name: "verisim-bench-peers", private: true, type: "module", dependencies: packages };
  writeFileSync(path.join(place, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const npm = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  const { status } = spawnSync("npm", npm, { cwd: place, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`npm could not install the peers into ${place}.`);
  return place;
}

if (process.argv[1] === import.meta.filename)
  installNodePeers(process.argv[2] ?? path.resolve(import.meta.dirname, "../../.cache/peers"));
