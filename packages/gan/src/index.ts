export * from "./ctgan/index.ts";
