// Finds a Chromium for tests in a browser and says how to start it. Nothing is downloaded: browsers that a driver
// would fetch itself are not used. `node tools/browser/chromium.mjs` prints what is found.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { env, platform } from "node:process";
import { pathToFileURL } from "node:url";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];

const fixedPlaces = {
  linux: [
    "/usr/bin/chromium",
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [env.ProgramFiles, env["ProgramFiles(x86)"], env.LocalAppData]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, "Google", "Chrome", "Application", "chrome.exe")),
};

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Path of a Chromium, or null: `CHROMIUM_PATH` first (alone, where it is set), then the PATH, then the usual places.
 * @returns {string | null}
 */
export function findChromium() {
  if (env.CHROMIUM_PATH) return isProgram(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : null;
  const onPath = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => names.map((name) => join(folder, platform === "win32" ? `${name}.exe` : name)));
  return [...onPath, ...(fixedPlaces[platform] ?? [])].find(isProgram) ?? null;
}

/** Flags for a quiet browser without a display that asks for nothing by itself. */
export const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * The Chromium for a test suite, or null after saying on stderr that the suite is skipped. With `CI=true` a missing
 * browser is an error: a suite is never skipped there unseen.
 * @param {string} suite
 * @returns {string | null}
 */
export function chromiumForTests(suite) {
  const path = findChromium();
  if (path !== null) return path;
  const advice = "Install one with `node tools/browser/install-chromium.mjs`, or set CHROMIUM_PATH.";
  if (env.CI === "true") throw new Error(`No Chromium was found for ${suite}. ${advice}`);
  console.warn(`SKIPPED: ${suite}: no Chromium was found. ${advice}`);
  return null;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = findChromium();
  console.log(path ?? "no Chromium found");
  if (path === null) process.exitCode = 1;
}
