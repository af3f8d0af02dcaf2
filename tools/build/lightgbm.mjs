// LightGBM for the trees addon: its wheel is fetched by pip into .cache/lightgbm, checked against a pinned hash, and its
// library and licence are put into the platform package, from which users get them. Nothing is fetched at run time.
// Plain JavaScript for Node 20, as the bootstrap runs it.
//   node tools/build/lightgbm.mjs        prints the path of the library

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { platformPackage } from "./native.mjs";

export const lightGbmVersion = "4.7.0";

/** Per platform that has a package of ours: how pip calls it, and the hash of the wheel. */
const wheels = {
  "linux-x64": {
    platforms: ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64"],
    sha256: "d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7",
    library: "lib_lightgbm.so",
  },
};

const platform = `${process.platform}-${process.arch}`;
const cache = resolve(fileURLToPath(new URL("../..", import.meta.url)), ".cache/lightgbm");

/** @param {string[]} args */
function python(args) {
  const { status, stderr, error } = spawnSync("python3", args, { encoding: "utf8" });
  if (status === 0) return;
  throw new Error((error?.message ?? stderr).trim().slice(-400));
}

/** The unpacked wheel; fetched where it is not there yet (3.5 MB). */
function unpackedWheel({ platforms, sha256 }) {
  const place = join(cache, `${lightGbmVersion}-${platform}`);
  if (existsSync(place)) return place;
  const own = `${place}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  try {
    const list = join(own, "requirements.txt");
    writeFileSync(list, `lightgbm==${lightGbmVersion} --hash=sha256:${sha256}\n`);
    python([
      ...["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"],
      ...["--retries", "1", "--timeout", "20", "--require-hashes", "--only-binary=:all:"],
      ...platforms.flatMap((name) => ["--platform", name]),
      ...["--dest", own, "--requirement", list],
    ]);
    const wheel = readdirSync(own).find((name) => name.endsWith(".whl"));
    python(["-m", "zipfile", "-e", join(own, wheel), own]);
    rmSync(join(own, wheel));
    rmSync(place, { recursive: true, force: true });
    renameSync(own, place);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return place;
}

/** Copied beside and renamed: a process that has the old file mapped keeps it. */
function put(from, to) {
  copyFileSync(from, `${to}.${process.pid}`);
  renameSync(`${to}.${process.pid}`, to);
}

/**
 * Path of the library in the platform package, brought there where it is not, or null where there is no package for this
 * platform.
 * @throws Error where there is no Python with pip, no network, or a wheel with another hash
 */
export function installLightGbm() {
  const wheel = wheels[platform];
  if (!wheel) return null;
  const folder = platformPackage("trees");
  const library = join(folder, wheel.library);
  const licence = join(folder, "LICENSE-LIGHTGBM");
  if (existsSync(library) && existsSync(licence)) return library;
  const unpacked = unpackedWheel(wheel);
  put(join(unpacked, `lightgbm-${lightGbmVersion}.dist-info/licenses/LICENSE`), licence);
  put(join(unpacked, "lightgbm/lib", wheel.library), library);
  return library;
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  try {
    process.stdout.write(`${installLightGbm() ?? `no LightGBM for ${platform}`}\n`);
  } catch (error) {
    process.stderr.write(
      `LightGBM could not be fetched: ${error instanceof Error ? error.message : error}\n` +
        "It takes python3 with pip and access to a Python package index.\n",
    );
    process.exitCode = 1;
  }
}
