export { CTGAN, ctgan } from "./ctgan.ts";
export { type CTGANOptions, ctganOptions } from "./options.ts";
