import { chromiumFlags, chromiumForTests } from "../../../tools/browser/chromium.mjs";
import { smallGan } from "../fixtures/small-gan.ts";
import { describeBrowserSamplers } from "./describe-browser-sampler.ts";

describeBrowserSamplers([[smallGan, { epochs: 2, batchSize: 100 }]], {
  path: chromiumForTests("samplers on onnxruntime-web"),
  flags: chromiumFlags,
});
