// The whole library under one name. Every part is also a package of its own, for programs that need only that part.

export * from "@verisim/attention-gan";
export * from "@verisim/copula";
export * from "@verisim/core";
export * from "@verisim/data";
export * from "@verisim/diffusion";
export * from "@verisim/evaluate";
export * from "@verisim/forest";
export * from "@verisim/gan";
export * from "@verisim/language";
export * as onnx from "@verisim/onnx";
export * as privacy from "@verisim/privacy";
export * from "@verisim/report";
export * as resampling from "@verisim/resample";
export * as simulation from "@verisim/simulate";
export * as stats from "@verisim/stats";
export * as tensor from "@verisim/tensor";
export * as arrays from "@verisim/tensor/arrays";
export * as transforms from "@verisim/transforms";
export * as trees from "@verisim/trees";
export * from "@verisim/vae";
export * from "@verisim/vam";
export * from "./auto/index.ts";
export * from "./generators.ts";
