// The slow tests (`*.slow.test.ts`: fuzzing, large tables), run by `npm run test:long`.
import base from "./vitest.config.ts";

export default {
  ...base,
  test: {
    ...base.test,
    include: ["{packages,apps,tools,native}/**/*.slow.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
};
