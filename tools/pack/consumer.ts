// A user's empty folder: the tarballs installed by plain npm, and commands run there with nothing on PATH but one
// Node and a shell. No compiler, no Python, no node_modules of this repository.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

import { npmScript } from "./node-versions.ts";
import type { Tarball } from "./tarballs.ts";

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Consumer {
  readonly folder: string;
  readonly #shellBin: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#shellBin = path.join(folder, "shell-bin");
    mkdirSync(this.#shellBin, { recursive: true });
    for (const tool of ["sh", "env"]) {
      const place = [`/bin/${tool}`, `/usr/bin/${tool}`].find((candidate) => existsSync(candidate));
      if (place) symlinkSync(place, path.join(this.#shellBin, tool));
    }
  }

  /**
   * Installs every tarball; the overrides make each `@verisim/*` dependency resolve to its own tarball. Packages for one
   * platform come as the others' optional dependencies.
   */
  install(tarballs: readonly Tarball[]): void {
    const specs = (chosen: readonly Tarball[]) =>
      Object.fromEntries(chosen.map(({ manifest, file }) => [manifest.name, `file:${file}`]));
    const overrides = specs(tarballs.filter(({ manifest }) => manifest.name !== "verisim"));
    const dependencies = specs(tarballs.filter(({ manifest }) => manifest.exports ?? manifest.bin));
    const manifest = { name: "consumer", private: true, dependencies, overrides };
    writeFileSync(path.join(this.folder, "package.json"), JSON.stringify(manifest, null, 2));
    execFileSync(
      process.execPath,
      [npmScript("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
      { cwd: this.folder, stdio: ["ignore", "ignore", "inherit"] },
    );
  }

  /** Runs `npx verisim ...` under the Node in `nodeBin`. */
  verisim(nodeBin: string, args: readonly string[]): Outcome {
    return this.#run(nodeBin, [npmScript("npx"), "--no-install", "verisim", ...args]);
  }

  /** Runs an ES module given as text. */
  module(nodeBin: string, source: string): Outcome {
    return this.#run(nodeBin, ["--input-type=module", "-e", source]);
  }

  read(file: string): Buffer {
    return readFileSync(path.join(this.folder, file));
  }

  #run(nodeBin: string, args: readonly string[]): Outcome {
    const result = spawnSync(path.join(nodeBin, "node"), args, {
      cwd: this.folder,
      encoding: "utf8",
      timeout: 120_000,
      env: { PATH: `${nodeBin}:${this.#shellBin}`, HOME: this.folder, LANG: "C.UTF-8" },
    });
    return {
      status: result.status ?? -1,
      stdout: result.stdout,
      stderr: `${result.stderr}${result.error?.message ?? ""}`,
    };
  }
}
