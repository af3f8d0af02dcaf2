// torch for the CPU alone: the registry's Linux wheel is a CUDA build whose gigabytes of dependencies do nothing
// without a GPU. They are left out, and every CUDA library that torch links gets an empty stand-in whose functions
// return an error code. For measuring only.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const torch = "torch==2.13.0";
/** What torch's CPU code imports. */
const pureDependencies = ["filelock", "typing-extensions", "sympy", "networkx", "jinja2", "fsspec", "numpy"];
const cudaLibrary = /^lib(cu|nv|nccl)/;
/** Names of unversioned functions by the library that has them; other libraries' begin with the library's own name. */
const functionPrefixes = {
  libcudart: /^(__)?cuda/,
  libcupti: /^cupti/,
  libcuda: /^cu[A-Z]/,
  libnccl: /^p?nccl/,
  libcufile: /^cuFile/,
  libnvshmem_host: /^nvshmem/,
  libnvrtc: /^nvrtc/,
};

/**
 * @param {string} python interpreter of the environment
 * @param {string[]} pip arguments of `pip install`
 * @param {(command: string, args: string[]) => void} run
 */
export function installTorch(python, pip, run) {
  run(python, [...pip, ...pureDependencies]);
  if (process.platform !== "linux") {
    run(python, [...pip, torch]);
    return;
  }
  run(python, [...pip, "--no-deps", torch]);
  const site = output(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).trim();
  // Without this pip would fetch the CUDA packages together with the next package that needs torch.
  const info = readdirSync(site).find((entry) => /^torch-.*\.dist-info$/.test(entry));
  const metadata = path.join(site, info, "METADATA");
  const kept = readFileSync(metadata, "utf8").replace(/^Requires-Dist: (nvidia|cuda|triton).*\n/gm, "");
  writeFileSync(metadata, kept);
  writeStandIns(path.join(site, "torch/lib"), run);
  run(python, ["-c", "import torch; assert float(torch.ones(2) @ torch.ones(2)) == 2.0"]);
}

function output(command, args) {
  const { status, stdout, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0)
    throw new Error(`Failed: ${command} ${args.join(" ")}${error ? ` (${error.message})` : ""}`);
  return stdout;
}

function writeStandIns(folder, run) {
  const libraries = readdirSync(folder).filter((name) => name.includes(".so"));
  const onSystem = output("ldconfig", ["-p"]);
  const missing = new Set();
  const plainFunctions = new Set();
  /** Functions by the version tag that they are linked with. */
  const byVersion = new Map();
  for (const library of libraries) {
    const file = path.join(folder, library);
    for (const [, needed] of output("readelf", ["-d", file]).matchAll(/\(NEEDED\).*\[(.+?)\]/g))
      if (cudaLibrary.test(needed) && !libraries.includes(needed) && !onSystem.includes(needed))
        missing.add(needed);
    for (const line of output("nm", ["-D", "--undefined-only", file]).split("\n")) {
      const [symbol, kind] = line.trim().split(/\s+/).reverse();
      if (!symbol) continue;
      const [name, version = ""] = symbol.split(/@+/);
      if (version !== "") byVersion.set(version, (byVersion.get(version) ?? new Set()).add(name));
      else if (kind === "U") plainFunctions.add(name);
    }
  }
  for (const library of [...missing].sort()) writeStandIn(folder, library, byVersion, plainFunctions, run);
}

function writeStandIn(folder, library, byVersion, plainFunctions, run) {
  const stem = library.split(".so")[0];
  const versions = [...byVersion.keys()].filter(
    (version) =>
      version === library ||
      version.startsWith(`${stem}.`) ||
      (stem === "libnvshmem_host" && version === "NVSHMEM"),
  );
  const belongs = (name) =>
    stem.endsWith("Lt")
      ? name.startsWith(stem.slice(3))
      : (functionPrefixes[stem]?.test(name) ?? name.startsWith(stem.slice(3))) &&
        !name.startsWith(`${stem.slice(3)}Lt`);
  const names =
    versions.length > 0
      ? versions.flatMap((version) => [...byVersion.get(version)])
      : [...plainFunctions].filter(belongs);
  const source = path.join(folder, "stand-in.c");
  const map = path.join(folder, "stand-in.map");
  writeFileSync(
    source,
    [...new Set(names)].map((name) => `int ${name}(void) { return 999; }\n`).join("") || "int none;\n",
  );
  writeFileSync(
    map,
    versions
      .map((version) => `${version} { global: ${[...byVersion.get(version)].join("; ")}; };\n`)
      .join(""),
  );
  const script = versions.length > 0 ? [`-Wl,--version-script=${map}`] : [];
  const flags = ["-shared", "-fPIC", "-fno-builtin", "-w", `-Wl,-soname,${library}`, ...script];
  run("gcc", [...flags, "-o", path.join(folder, library), source]);
  rmSync(source);
  rmSync(map);
}
