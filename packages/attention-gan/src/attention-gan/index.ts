export { AttentionGAN, attentionGAN } from "./attention-gan.ts";
export { type AttentionGANOptions, attentionGANOptions } from "./options.ts";
