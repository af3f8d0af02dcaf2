export { type TVAEOptions, tvaeOptions } from "./options.ts";
export { TVAE, tvae } from "./tvae.ts";
