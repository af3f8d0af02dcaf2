// Peak of fused multiply-adds, measured by a small program of its own (peak.cc): what products are compared with.

import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

const source = path.join(import.meta.dirname, "peak.cc");
const binary = path.join(import.meta.dirname, "../../.cache/bench/peak");

/** GFLOP/s that `threads` threads reach together just now; null without a C++ compiler. */
export function measurePeak(threads: number): number | null {
  const built = statSync(binary, { throwIfNoEntry: false });
  if (!built || built.mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(path.dirname(binary), { recursive: true });
    const flags = ["-std=c++17", "-O2", "-march=native", "-ffp-contract=fast", "-pthread"];
    const { status } = spawnSync(process.env.CXX ?? "c++", [...flags, source, "-o", binary]);
    if (status !== 0) return null;
  }
  const { stdout } = spawnSync(binary, [String(threads)], { encoding: "utf8" });
  return Number(stdout);
}
