// Builds the addon with a sanitizer and runs the tests of packages/trees on it: addresses and undefined behaviour in our
// own code, around a LightGBM that is built without. Exits with 1 when a test fails or the sanitizer reports anything.
//   node native/trees/test/sanitize.mjs

import { join } from "node:path";
import { root, runSanitized } from "../../tensor/test/sanitizer.mjs";

const vitest = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--maxWorkers=1"];
runSanitized("sanitize trees", "address", [...vitest, "packages/trees"], {
  addon: "trees",
  variable: "VERISIM_TREES_ADDON",
});
