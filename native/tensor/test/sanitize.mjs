// Builds the addon with the address and undefined-behaviour sanitizers and runs the tests of packages/tensor on it.
// Exits with 1 when a test fails or a sanitizer reports anything. Linux with GCC or Clang.
//   node native/tensor/test/sanitize.mjs

import { join } from "node:path";
import { root, runSanitized } from "./sanitizer.mjs";

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
runSanitized("sanitize", [vitest, "run", "packages/tensor", "--maxWorkers=1"]);
