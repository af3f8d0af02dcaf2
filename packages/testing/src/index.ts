export { sharedData } from "./shared-data.ts";
