// Finds the addon and LightGBM: the ones of this repository, then the platform package of npm. Nothing is downloaded;
// where one is not found, or cannot be opened, the error says what was tried and what to do. The addon's own trees need no
// LightGBM, which is opened when something of it is first called.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { VerisimError } from "@verisim/core";
import type { Addon } from "./native.ts";

const binaryName = "verisim_trees.node";
const libraryName = "lib_lightgbm.so";

/** Node's names of the operating system and the processor, as in the platform packages' names. */
const platform = `${process.platform}-${process.arch}`;
const packageName = `@verisim/trees-${platform}`;
const localFolder = fileURLToPath(new URL(`../../../native/platforms/trees-${platform}/`, import.meta.url));

/** What is tried, in order: a path or a package name for `require`. */
function candidates(): string[] {
  const chosen = process.env.VERISIM_TREES_ADDON;
  if (chosen) return [chosen];
  const local = path.join(localFolder, binaryName);
  return [...(existsSync(local) ? [local] : []), packageName];
}

/** LightGBM's library lies beside the addon; VERISIM_LIGHTGBM names another one. */
function libraryBeside(addonFile: string): string {
  const chosen = process.env.VERISIM_LIGHTGBM;
  if (chosen) return chosen;
  const beside = path.join(path.dirname(addonFile), libraryName);
  const local = path.join(localFolder, libraryName);
  return !existsSync(beside) && existsSync(local) ? local : beside;
}

function missing(tried: readonly string[]): VerisimError {
  const withoutOpenMp = tried.some((line) => line.includes("libgomp"));
  return new VerisimError(
    "VERISIM_NATIVE_MISSING",
    `The native part of @verisim/trees could not be loaded on ${platform} (Node ${process.versions.node}). Tried:\n${tried
      .map((line) => `  - ${line}`)
      .join("\n")}`,
    {
      where: { op: "load" },
      hint: [
        ...(withoutOpenMp
          ? ["LightGBM needs the OpenMP runtime: apt-get install libgomp1 (or: dnf install libgomp)."]
          : []),
        `In an application: install with optional dependencies (npm install --include=optional) so that npm brings ${packageName}; binaries are published for linux-x64.`,
        "In a clone of the repository: node tools/build/native.mjs trees && node tools/build/lightgbm.mjs.",
      ].join("\n  "),
    },
  );
}

let loaded: { readonly addon: Addon; readonly file: string } | undefined;
let opened = false;

/** Calls `use` with the first candidate that it works for. @throws VerisimError `VERISIM_NATIVE_MISSING` */
function firstThatWorks(use: (addon: Addon, file: string) => void): void {
  const require = createRequire(import.meta.url);
  const tried: string[] = [];
  for (const candidate of candidates()) {
    try {
      use(require(candidate) as Addon, require.resolve(candidate));
      return;
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      tried.push(`${candidate}: ${reason}`);
    }
  }
  throw missing(tried);
}

/**
 * The addon for what needs no LightGBM. VERISIM_TREES_ADDON names a file to load instead of the usual ones.
 * @throws VerisimError `VERISIM_NATIVE_MISSING`
 */
export function loadOwnTrees(): Addon {
  if (!loaded)
    firstThatWorks((addon, file) => {
      loaded = { addon, file };
    });
  return loaded!.addon;
}

/**
 * The addon with LightGBM opened, at the first call. VERISIM_TREES_ADDON and VERISIM_LIGHTGBM name files to load instead
 * of the usual ones.
 * @throws VerisimError `VERISIM_NATIVE_MISSING`
 */
export function loadAddon(): Addon {
  if (!opened)
    firstThatWorks((addon, file) => {
      const library = libraryBeside(file);
      if (!existsSync(library)) throw new Error(`${library} is not there`);
      addon.openLibrary(library);
      loaded = { addon, file };
      opened = true;
    });
  return loaded!.addon;
}
