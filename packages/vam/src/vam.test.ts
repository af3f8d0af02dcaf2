import { describeGenerator } from "@verisim/testing";
import { vam } from "./vam.ts";

/** A small network and the fewest steps that meet the suite's bars. */
const quick = {
  epochs: 1,
  minSteps: 300,
  batchSize: 200,
  embeddingDim: 16,
  compressDims: [64],
  decompressDims: [64],
  averageDecay: 0.98,
};

describeGenerator(vam, {
  options: quick,
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
