// Makes a Chromium available for the browser tests: nothing to do where there is one; Debian's package where we are
// root on a Debian; otherwise a word on what to do. Exit code 0 when a Chromium is there in the end, 1 otherwise.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findChromium } from "./chromium.mjs";

/** @param {string[]} args */
function aptGet(...args) {
  console.error(`apt-get ${args.join(" ")}`);
  const { status } = spawnSync("apt-get", args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

function install() {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get"))
    return "this is not a Debian or Ubuntu system";
  if (process.getuid?.() !== 0) return "installing a package needs root";
  const wanted = ["install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
  if (!aptGet(...wanted) && !(aptGet("update") && aptGet(...wanted))) return "apt-get failed";
  return null;
}

const problem = findChromium() === null ? install() : null;
const path = findChromium();
if (path === null) {
  console.error(`No Chromium: ${problem ?? "the package brought none"}.`);
  console.error(
    "Install Chromium or Google Chrome (Debian: sudo apt-get install chromium), or set CHROMIUM_PATH.",
  );
  process.exitCode = 1;
} else {
  console.log(path);
}
