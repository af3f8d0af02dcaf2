// Tests run on the sources: the condition makes every @verisim package resolve to its src folder.
import { defineConfig } from "vitest/config";

import { HeavyFirst } from "./tools/test/heavy-first.ts";
import { RunningFiles, runningVariable } from "./tools/test/running-files.ts";

const conditions = ["verisim-source"];
const running = process.env[runningVariable];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps,tools,native}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.slow.test.ts"],
    // Ends what hangs; a machine that is shared with other work takes several times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: running === undefined ? ["default"] : ["default", "json", new RunningFiles(running)],
    sequence: { sequencer: HeavyFirst },
  },
});
