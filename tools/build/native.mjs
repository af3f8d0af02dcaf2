// Builds the addons with CMake and puts each binary into its platform package of this machine.
// Plain JavaScript for Node 20: it runs before anything of the project is built. A stamp over sources and flags makes a
// second run return at once.
//   node tools/build/native.mjs [tensor | trees] [--sanitize | --sanitize-threads] [--force] [--quiet]

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The addons by name. `folders` hold their sources, relative to the root; CMakeLists.txt lists the same. */
const addons = {
  tensor: {
    source: join(root, "native", "tensor"),
    folders: ["", "cpu", "program", "cuda"].map((folder) => join("native", "tensor", folder)),
    binary: "verisim_tensor.node",
    package: `${process.platform}-${process.arch}`,
  },
  trees: {
    source: join(root, "native", "trees"),
    folders: [join("native", "trees"), join("native", "tensor"), join("native", "tensor", "program")],
    binary: "verisim_trees.node",
    package: `trees-${process.platform}-${process.arch}`,
  },
};

/** The folder of the platform package that an addon's binary is published in. @param {"tensor" | "trees"} addon */
export const platformPackage = (addon) => join(root, "native", "platforms", addons[addon].package);

const installHints = {
  linux: {
    compiler: "sudo apt-get install g++   (or: sudo dnf install gcc-c++)",
    cmake: "sudo apt-get install cmake   (or: sudo dnf install cmake)",
    make: "sudo apt-get install make   (or: sudo apt-get install ninja-build)",
  },
  darwin: { compiler: "xcode-select --install", cmake: "brew install cmake", make: "xcode-select --install" },
  win32: {
    compiler: "winget install LLVM.LLVM",
    cmake: "winget install Kitware.CMake",
    make: "winget install Ninja-build.Ninja",
  },
};

/** A tool that is not there, with the command that installs it. */
export class MissingToolError extends Error {
  constructor(tool, install) {
    super(`${tool} is needed to build the native addon and was not found. Install it with:\n  ${install}`);
    this.name = "MissingToolError";
    this.code = "VERISIM_TOOL_MISSING";
  }
}

const runs = (command, args = ["--version"]) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

function findTools() {
  const hints = installHints[process.platform] ?? installHints.linux;
  if (!runs("cmake")) throw new MissingToolError("CMake 3.20 or later", hints.cmake);
  const compilers = process.env.CXX ? [process.env.CXX.split(" ")[0]] : ["c++", "g++", "clang++"];
  if (!compilers.some((name) => runs(name))) throw new MissingToolError("A C++20 compiler", hints.compiler);
  const ninja = ["ninja", "ninja-build"].find((name) => runs(name));
  if (!ninja && !runs("make")) throw new MissingToolError("Ninja or make", hints.make);
  return { generator: ninja ? ["-G", "Ninja", `-DCMAKE_MAKE_PROGRAM=${ninja}`] : ["-G", "Unix Makefiles"] };
}

function sourceFiles({ folders }) {
  const own = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(cc|cu|cuh|def|h|txt|map)$/.test(entry.name))
      .map((entry) => join(root, folder, entry.name));
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap(own)
    .sort();
}

function stampOf(addon, flags) {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(flags));
  const files = [...sourceFiles(addon), join(addon.source, "package.json"), fileURLToPath(import.meta.url)];
  for (const file of files) {
    hash.update(`${file.slice(root.length)}\0`);
    hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Build folders by sanitizer. */
const buildFolders = { "": "build", address: "build-sanitize", thread: "build-sanitize-threads" };

/**
 * Where the built binary goes: the platform package, or the build folder of a sanitizer build.
 * @param {"" | "address" | "thread"} sanitize
 * @param {"tensor" | "trees"} name
 */
export function binaryPath(sanitize = "", name = "tensor") {
  const { source, binary } = addons[name];
  return join(sanitize ? join(source, buildFolders[sanitize]) : platformPackage(name), binary);
}

/**
 * Builds where needed.
 * @returns {{path: string, built: boolean}}
 */
export function buildNative({ addon: name = "tensor", sanitize = "", force = false, quiet = false } = {}) {
  const addon = addons[name];
  const { source, binary } = addon;
  const path = binaryPath(sanitize, name);
  const build = join(source, buildFolders[sanitize]);
  const stampFile = join(build, "stamp");
  const flags = { sanitize, platform: process.platform, arch: process.arch, cxx: process.env.CXX ?? "" };
  const stamp = stampOf(addon, flags);
  if (!force && existsSync(path) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return { path, built: false };
  const { generator } = findTools();
  const require = createRequire(join(source, "package.json"));
  const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));
  const cmake = (args) => {
    const result = spawnSync("cmake", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    if (result.status !== 0)
      throw new Error(`cmake ${args.join(" ")} failed:\n${result.stdout ?? ""}\n${result.stderr ?? ""}`);
  };
  // A folder configured by another generator or compiler cannot be configured again: it is made anew.
  const configuration = JSON.stringify([generator, flags]);
  const configurationFile = join(build, "configuration");
  if (!existsSync(configurationFile) || readFileSync(configurationFile, "utf8") !== configuration) {
    rmSync(build, { recursive: true, force: true });
    mkdirSync(build, { recursive: true });
    writeFileSync(configurationFile, configuration);
  }
  if (!quiet)
    process.stderr.write(`building the ${name} addon${sanitize && ` with the ${sanitize} sanitizer`} ...\n`);
  cmake([
    ...["-S", source, "-B", build, ...generator, "-DCMAKE_BUILD_TYPE=Release"],
    `-DVERISIM_SANITIZE=${sanitize}`,
    `-DNODE_ADDON_API_DIR=${folderOf("node-addon-api")}`,
    `-DNODE_API_HEADERS_DIR=${folderOf("node-api-headers")}`,
  ]);
  cmake(["--build", build, "--parallel", String(availableParallelism())]);
  if (!sanitize) {
    // Copied beside and renamed: a process that has the old binary mapped keeps it.
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(join(build, binary), `${path}.${process.pid}`);
    renameSync(`${path}.${process.pid}`, path);
  }
  writeFileSync(stampFile, stamp);
  return { path, built: true };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = new Set(process.argv.slice(2));
  try {
    const quiet = options.has("--quiet");
    const named = Object.keys(addons).filter((name) => options.has(name));
    for (const addon of named.length > 0 ? named : Object.keys(addons)) {
      const { path, built } = buildNative({
        addon,
        sanitize: options.has("--sanitize-threads") ? "thread" : options.has("--sanitize") ? "address" : "",
        force: options.has("--force"),
        quiet,
      });
      if (!quiet) process.stderr.write(`${built ? "built" : "up to date"}: ${path}\n`);
    }
  } catch (error) {
    process.stderr.write(`${error.code ? `${error.code}: ` : ""}${error.message}\n`);
    process.exitCode = 1;
  }
}
