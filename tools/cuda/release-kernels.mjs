// The release step of the CUDA kernels: compiles the families for all devices that a release reaches and puts the archive
// beside the addon, into the platform package. Users need only their driver.
//   node tools/cuda/release-kernels.mjs

import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { releasedArchitectures, writeArchive } from "./compiler.mjs";

const file = fileURLToPath(new URL("../../native/platforms/linux-x64/verisim_cuda.kernels", import.meta.url));
await writeArchive(file);
console.log(`${file}: ${releasedArchitectures.join(", ")}, ${(statSync(file).size / 1024).toFixed(0)} KiB`);
