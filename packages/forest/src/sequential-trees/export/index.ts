export { type TreesNoiseRequest, treesNoise } from "./file-inputs.ts";
export { treesOnnx } from "./trees-onnx.ts";
