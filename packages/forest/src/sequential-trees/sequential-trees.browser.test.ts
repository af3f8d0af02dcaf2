import { describeBrowserSamplers } from "@verisim/sampler-testing/browser";
import { chromiumFlags, chromiumForTests } from "../../../../tools/browser/chromium.mjs";
import { sequentialTrees } from "./sequential-trees.ts";

describeBrowserSamplers([[sequentialTrees, {}]], {
  path: chromiumForTests("sequential trees on onnxruntime-web"),
  flags: chromiumFlags,
});
