// Flags that several commands read in the same way.

import { VerisimError } from "@verisim/core";
import type { Checks } from "./checks.ts";
import type { SharedFlags } from "./program.ts";
import { readSeed } from "./quantities.ts";

/** @throws VerisimError `VERISIM_USAGE` when the flag is not given */
export function requireFlag(value: string | undefined, option: string, what: string): string {
  if (value !== undefined) return value;
  throw new VerisimError("VERISIM_USAGE", `Expected --${option} with ${what}.`);
}

/** The seed, 0 where none is given. */
export function seedOf({ seed }: SharedFlags, checks: Checks): number {
  return checks.attempt(() => (seed === undefined ? 0 : readSeed(seed, "seed"))) ?? 0;
}
