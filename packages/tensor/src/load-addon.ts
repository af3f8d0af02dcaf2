// Finds the binary: the one built in this repository, then the platform package of npm. Nothing is downloaded; where
// neither is found the error says what was tried and what to do.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { VerisimError } from "@verisim/core";
import type { Addon } from "./native.ts";

const binaryName = "verisim_tensor.node";

/** Node's names of the operating system and the processor, as in the platform packages' names. */
const platform = `${process.platform}-${process.arch}`;

/** What is tried, in order: a path or a package name for `require`. */
function candidates(): string[] {
  const chosen = process.env.VERISIM_ADDON;
  if (chosen) return [chosen];
  const local = fileURLToPath(
    new URL(`../../../native/platforms/${platform}/${binaryName}`, import.meta.url),
  );
  return [...(existsSync(local) ? [local] : []), `@verisim/tensor-${platform}`];
}

function missing(tried: readonly string[]): VerisimError {
  const supported = "linux-x64";
  return new VerisimError(
    "VERISIM_NATIVE_MISSING",
    `The native part of @verisim/tensor could not be loaded on ${platform} (Node ${process.versions.node}). Tried:\n${tried
      .map((line) => `  - ${line}`)
      .join("\n")}`,
    {
      where: { op: "load" },
      hint: [
        `In an application: install with optional dependencies (npm install --include=optional) so that npm brings @verisim/tensor-${platform}; binaries are published for ${supported}.`,
        "If node_modules was copied from another kind of machine, install again on this one.",
        "In a clone of the repository: node tools/build/native.mjs (needs a C++20 compiler and CMake).",
      ].join("\n  "),
    },
  );
}

let loaded: Addon | undefined;

/**
 * The addon, loaded at the first call. VERISIM_ADDON names a binary to load instead of the usual ones.
 * @throws VerisimError `VERISIM_NATIVE_MISSING`
 */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const tried: string[] = [];
  for (const candidate of candidates()) {
    try {
      loaded = require(candidate) as Addon;
      return loaded;
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      tried.push(`${candidate}: ${reason}`);
    }
  }
  throw missing(tried);
}
