export * from "./copulagan/index.ts";
export * from "./ctgan/index.ts";
