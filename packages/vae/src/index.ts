export * from "./tvae/index.ts";
