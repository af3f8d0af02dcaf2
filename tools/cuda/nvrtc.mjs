// NVRTC 12.9, NVIDIA's run-time compiler, for the compile check and the release of the CUDA kernels: its wheel is fetched
// by pip into .cache/cuda, checked against a pinned hash, and unpacked there. No root, no virtual environment; users of
// Verisim never need it. 12.9 reaches further back than 13, in devices and in drivers.
//   node tools/cuda/nvrtc.mjs        prints the path of the library

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { cache } from "./shim.mjs";

const requirement =
  "nvidia-cuda-nvrtc-cu12==12.9.86 " +
  "--hash=sha256:210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4";
const place = path.join(cache, "nvrtc-12.9.86");
const library = path.join(place, "nvidia/cuda_nvrtc/lib/libnvrtc.so.12");

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(
    `${command} ${args.slice(0, 4).join(" ")} failed: ${(error?.message ?? stderr).trim().slice(-400)}`,
  );
}

/**
 * Path of the library; fetched where it is not there yet (90 MB).
 * @throws Error where there is no Python with pip, no network, or no wheel for this machine
 */
export function installNvrtc() {
  if (existsSync(library)) return library;
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("the wheel of NVRTC is for Linux on x64");
  const own = `${place}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  try {
    const list = path.join(own, "requirements.txt");
    writeFileSync(list, `${requirement}\n`);
    run("python3", [
      ...["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"],
      ...["--require-hashes", "--only-binary=:all:", "--platform", "manylinux2014_x86_64"],
      ...["--platform", "manylinux2010_x86_64", "--dest", own, "--requirement", list],
    ]);
    const wheel = "nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl";
    run("python3", ["-m", "zipfile", "-e", path.join(own, wheel), own]);
    rmSync(path.join(own, wheel));
    rmSync(place, { recursive: true, force: true });
    renameSync(own, place);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return library;
}

if (process.argv[1] && import.meta.url === pathToFileURL(path.resolve(process.argv[1])).href) {
  try {
    console.log(installNvrtc());
  } catch (error) {
    console.error(`NVRTC could not be installed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
