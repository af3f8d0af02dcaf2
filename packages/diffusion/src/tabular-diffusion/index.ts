export { type TabularDiffusionOptions, tabularDiffusionOptions } from "./options.ts";
export { TabularDiffusion, tabularDiffusion } from "./tabular-diffusion.ts";
