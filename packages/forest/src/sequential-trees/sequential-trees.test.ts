import { describeGenerator, generatorChecks, subjectOf } from "@verisim/testing";
import { test } from "vitest";
import { sequentialTrees } from "./sequential-trees.ts";

const streams = "leaves the random streams of other columns alone when one is added";

describeGenerator(sequentialTrees, {
  without: {
    [streams]: "a column more changes how near rows lie, and with it the price of what is learnt by heart",
  },
});

test(`${streams}, where that price is not measured`, () =>
  generatorChecks[streams]!(subjectOf(sequentialTrees, { maxNearer: 1 })));
