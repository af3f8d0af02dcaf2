// Builds the driver library without a GPU (native/tensor/cuda/shim) and points the addon at it, so that the device "cuda"
// runs kernel text on the CPU. For tests; plain JavaScript, since tests of packages use it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = path.join(root, "native/tensor/cuda/shim");
/** Where libraries made of kernel text are kept, by the hash of their text. */
export const cache = path.join(root, ".cache/cuda");

/** `npm run test:cuda`: the suites run on the GPU of this machine instead. */
const onDevice = process.env.VERISIM_CUDA_TEST === "device";

/** Why the shim cannot be built here, or null. */
export function shimProblem() {
  if (onDevice) return null;
  if (process.platform !== "linux") return "the host shim is for Linux";
  try {
    execFileSync("g++", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    return "the host shim needs g++";
  }
}

/** Path of the shim's library, built where it is not. */
export function buildShim() {
  const files = ["driver.cc", "libraries.cc", "capture.h", "unit.h", "shim.h", "switch.h"].map((name) =>
    path.join(folder, name),
  );
  const hash = createHash("sha256").update(folder);
  for (const file of files) hash.update(readFileSync(file));
  const library = path.join(cache, `shim-${hash.digest("hex").slice(0, 16)}.so`);
  if (existsSync(library)) return library;
  mkdirSync(cache, { recursive: true });
  const own = `${library}.${process.pid}`;
  const flags = ["-std=c++20", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"];
  execFileSync("g++", [...flags, `-DVSHIM_FOLDER="${folder}"`, ...files.slice(0, 2), "-ldl", "-o", own], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  renameSync(own, library);
  return library;
}

/**
 * Makes the device "cuda" of this process run on the shim; programs that are loaded already stay where they are.
 * @param {object} [options]
 * @param {"written" | "interpreted"} [options.fused] how fused groups run; default interpreted
 * @param {"forward" | "reverse" | "shuffled"} [options.order] of threads and blocks
 * @param {boolean} [options.blas] whether there is a cuBLAS; default false
 * @param {string} [options.log] file that calls of the driver are written to
 * @param {number} [options.fail] number of the call that fails
 */
export function useShim({ fused = "interpreted", order = "forward", blas = false, log, fail } = {}) {
  const choices = { VERISIM_CUDA_FUSED: fused, VERISIM_CUDA_BLAS: blas ? "1" : "0" };
  const library = onDevice ? "" : buildShim();
  const places = {
    VERISIM_CUDA_LIBRARY: library,
    VERISIM_NVRTC_LIBRARY: library,
    VERISIM_CUBLAS_LIBRARY: library,
    VERISIM_CUDA_KERNELS: "none",
    VERISIM_SHIM_CACHE: cache,
    VERISIM_FAKE_CUDA_ORDER: order,
    VERISIM_FAKE_CUDA_LOG: log,
    VERISIM_FAKE_CUDA_FAIL: fail?.toString(),
  };
  for (const [name, value] of Object.entries({ ...choices, ...(onDevice ? {} : places) })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
