// Packs every publishable package as the registry would get it and looks inside: nothing missing, nothing too much.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface PackedManifest {
  readonly name: string;
  readonly version: string;
  readonly main?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Tarball {
  /** Folder of the package, relative to the root. */
  readonly folder: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly entries: readonly string[];
  readonly manifest: PackedManifest;
}

/** Condition that only this repository sets; its target is not published. */
const developmentCondition = "verisim-source";

/** Scripts that npm would run on the user's machine. */
const installScripts = ["preinstall", "install", "postinstall", "prepare"];

/** Folders of all packages that are not private. */
export function publishableFolders(root: string): string[] {
  return ["packages", "apps", "native/platforms"].flatMap((parent) =>
    readdirSync(path.join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => {
        const file = path.join(root, folder, "package.json");
        return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).private !== true;
      }),
  );
}

export async function packFolder(root: string, folder: string, destination: string): Promise<Tarball> {
  const pnpm = path.join(root, "node_modules/.bin/pnpm");
  const { stdout } = await execute(pnpm, ["pack", "--json", "--pack-destination", destination], {
    cwd: path.join(root, folder),
  });
  const { filename, size } = JSON.parse(stdout) as { filename: string; size: number };
  const list = await execute("tar", ["-tzf", filename]);
  const manifest = await execute("tar", ["-xzOf", filename, "package/package.json"]);
  return {
    folder,
    file: filename,
    sizeBytes: size,
    entries: list.stdout
      .trim()
      .split("\n")
      .map((entry) => entry.replace(/^package\//, "")),
    manifest: JSON.parse(manifest.stdout) as PackedManifest,
  };
}

/** What is wrong with a packed package, one sentence each. `sources` are the files of its src folder. */
export function tarballProblems(
  tarball: Pick<Tarball, "entries" | "manifest">,
  sources: readonly string[],
): string[] {
  const { entries, manifest } = tarball;
  const has = new Set(entries);
  const problems = ["README.md", "LICENSE"].filter((file) => !has.has(file)).map((file) => `Lacks ${file}.`);
  for (const [what, target] of targetsOf(manifest)) {
    if (!has.has(target.replace(/^\.\//, "")))
      problems.push(`${what} leads to ${target}, which is not in it.`);
  }
  const source = new Set(sources.map((file) => file.replace(/\.ts$/, "")));
  for (const entry of entries) {
    // The bundler begins with an empty folder, so that only types can be left from sources that are gone.
    const types = /^dist\/(.+?)\.d\.ts(\.map)?$/.exec(entry);
    if (types && !source.has(types[1]!)) problems.push(`Holds ${entry}, whose source is gone.`);
    if (/\.test\.|\.tsbuildinfo$|^src\//.test(entry)) problems.push(`Holds ${entry}, which nobody needs.`);
  }
  for (const [name, version] of dependenciesOf(manifest)) {
    if (!/^[\d^~>=]/.test(version)) problems.push(`Depends on ${name} at ${version}, which is no version.`);
  }
  for (const script of installScripts)
    if (manifest.scripts?.[script]) problems.push(`Runs a ${script} script on the user's machine.`);
  return problems;
}

function dependenciesOf(manifest: PackedManifest): [string, string][] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  return Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}

function targetsOf(manifest: PackedManifest): [string, string][] {
  const targets: [string, string][] = Object.entries(manifest.bin ?? {}).map(([name, to]) => [
    `bin ${name}`,
    to,
  ]);
  if (manifest.main) targets.push(["main", manifest.main]);
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    for (const [condition, to] of typeof target === "string"
      ? [["default", target] as const]
      : Object.entries(target))
      if (condition !== developmentCondition) targets.push([`exports ${subpath} (${condition})`, to]);
  }
  return targets;
}
