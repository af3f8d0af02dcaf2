import { smallGan } from "../fixtures/small-gan.ts";
import { codecVariants, describeOnnxSampler } from "./describe-onnx-sampler.ts";

describeOnnxSampler(smallGan, { fast: { epochs: 2, batchSize: 100 }, variants: codecVariants });
