export * from "./gaussian-copula/index.ts";
