export * from "./tabular-diffusion/index.ts";
