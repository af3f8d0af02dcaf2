export { type MinimizeOptions, minimizeSmooth } from "./minimize-smooth.ts";
