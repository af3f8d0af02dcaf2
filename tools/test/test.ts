// `npm test`: format and lint, layout, types (tests and tools included), all unit tests. The bootstrap before it has
// built the addon and compiled the packages. Meant to stay within a few minutes on two cores.

import { runSteps } from "./steps.ts";
import { vitestStep } from "./vitest-step.ts";

await runSteps(
  [
    [
      {
        name: "format and lint",
        script: ["node_modules/@biomejs/biome/bin/biome", "check", "."],
        limitMinutes: 2,
      },
      { name: "layout", script: ["tools/structure/check.ts"], limitMinutes: 1 },
      {
        name: "types",
        script: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.check.json"],
        limitMinutes: 3,
      },
      vitestStep("tests", "vitest.config.ts", 18),
    ],
  ],
  19,
);
