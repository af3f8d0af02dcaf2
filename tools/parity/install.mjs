// Installs the Python packages that Verisim is measured against, each into a virtual environment of its own:
//   node tools/parity/install.mjs [DIR] [sdmetrics|sdv|imblearn|lightgbm|onnx ...]
// What is installed already stays. DIR/NAME/bin/python then runs the peer. Plain JavaScript, so that any Node runs it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { installTorch } from "./install-torch.mjs";

/** sdmetrics is enough for parity and takes seconds; sdv brings a neural network library with it. */
export const peers = {
  sdmetrics: { packages: ["sdmetrics==0.32.0", "pandas<3"], torch: false, imports: "sdmetrics" },
  sdv: {
    packages: [
      "sdv==2.0.0",
      "sdmetrics==0.32.0",
      "lightgbm==4.7.0",
      "xgboost-cpu==3.2.0",
      "imbalanced-learn==0.14.2",
      "pandas<3",
      "psutil",
    ],
    torch: true,
    imports: "sdv.single_table, sdmetrics, lightgbm",
  },
  imblearn: {
    packages: ["imbalanced-learn==0.14.2", "scikit-learn", "pandas<3", "psutil"],
    torch: false,
    imports: "imblearn",
  },
  lightgbm: { packages: ["lightgbm==4.7.0"], torch: false, imports: "lightgbm" },
  onnx: { packages: ["onnx==1.23.2"], torch: false, imports: "onnx" },
};

export const defaultFolder = path.resolve(
  import.meta.dirname ?? fileURLToPath(new URL(".", import.meta.url)),
  "../../.cache/peers",
);

/**
 * The Python of a peer, installed when it is not there.
 *
 * @param {string} folder where the peers' environments lie
 * @param {keyof typeof peers} name
 * @returns {string} path of the interpreter
 */
export function installPeer(folder, name) {
  const peer = peers[name];
  if (!peer) fail(`Expected one of ${Object.keys(peers).join(", ")} but received ${name}.`);
  const place = path.resolve(folder, name);
  const windows = process.platform === "win32";
  const python = path.join(place, windows ? "Scripts/python.exe" : "bin/python");
  if (existsSync(python) && holdsPinned(python, peer.packages)) return python;
  console.error(`Installing ${name} into ${place}`);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(path.dirname(place), { recursive: true });
  run(findPython(), ["-m", "venv", place]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
  if (peer.torch) installTorch(python, pip, run);
  run(python, [...pip, ...peer.packages]);
  run(python, ["-c", `import ${peer.imports}`]);
  return python;
}

/** True when the environment has the exact versions; nothing is imported, which would take seconds. */
function holdsPinned(python, packages) {
  const pinned = packages.filter((name) => name.includes("==")).map((name) => name.split("=="));
  const script = `from importlib.metadata import version\nfor name, wanted in ${JSON.stringify(pinned)}: assert version(name) == wanted`;
  return spawnSync(python, ["-c", script]).status === 0;
}

/** A Python of at least 3.11 by its usual names. */
function findPython() {
  for (const name of ["python3.13", "python3.12", "python3.11", "python3", "python"]) {
    const script =
      "import sys, venv, ensurepip; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else 1)";
    if (spawnSync(name, ["-c", script]).status === 0) return name;
  }
  return fail(
    "Expected Python 3.11 to 3.13 with venv, but found none. Install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.12).",
  );
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`Failed: ${command} ${args.join(" ")}${error ? ` (${error.message})` : ""}`);
}

function fail(message) {
  throw new Error(message);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [folder = defaultFolder, ...names] = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(peers))
    console.log(`${name}: ${installPeer(folder, name)}`);
}
