// Real data sets that may lie beside the repository: tests and benchmarks use them when they are there and say so
// when they are not. Nothing else of the project knows this folder.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Absolute path of `../shared/data/<name>` beside the repository, or null where there is none. */
export function sharedData(name: string): string | null {
  const path = fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
  return existsSync(path) ? path : null;
}
