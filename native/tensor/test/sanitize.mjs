// Builds the addon with a sanitizer and runs the tests of packages/tensor on it: addresses and undefined behaviour, or
// data races over the tests of programs. Exits with 1 when a test fails or the sanitizer reports anything. Linux with
// GCC or Clang.
//   node native/tensor/test/sanitize.mjs [--thread]

import { join } from "node:path";
import { root, runSanitized } from "./sanitizer.mjs";

const vitest = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--maxWorkers=1"];
const programTests = ["native-program", "golden-programs", "kernels-fused", "kernels-draws"];
if (process.argv.includes("--thread"))
  runSanitized("sanitize --thread", "thread", [
    ...vitest,
    ...programTests.map((name) => `packages/tensor/src/runtime/${name}.test.ts`),
  ]);
else runSanitized("sanitize", "address", [...vitest, "packages/tensor"]);
