export { CopulaGAN, copulagan } from "./copulagan.ts";
export { type CopulaGANOptions, copulaGANOptions } from "./options.ts";
