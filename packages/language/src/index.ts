export * from "./autoregressive/index.ts";
