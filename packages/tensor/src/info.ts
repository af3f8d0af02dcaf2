// What the native part is and runs on.

import { loadAddon } from "./load-addon.ts";
import { defaultThreads } from "./native.ts";

export interface NativeInfo {
  /** Version of this package, which is also that of its binary. */
  version: string;
  /** Instruction set in use: `avx512`, `avx2`, `neon` or `baseline`. */
  simd: string;
  /** Threads used unless told otherwise. */
  threads: number;
}

/** @throws VerisimError `VERISIM_NATIVE_MISSING` */
export function nativeInfo(): Promise<NativeInfo> {
  return new Promise((resolve) =>
    resolve({ version: loadAddon().version, simd: loadAddon().simd, threads: defaultThreads() }),
  );
}
