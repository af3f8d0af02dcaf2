// Builds @tensorflow/tfjs-node without its install script, which downloads libtensorflow from one place only. The library
// comes out of the tensorflow-cpu wheel, the binding is compiled from the sources that the npm package brings along:
//   node tools/tfjs-node/install.mjs [DIR]
// Needs Linux on x64, python3 with pip, g++, and 2 GB of disk; downloads about 350 MB. What is built already stays. Only
// the tests of packages/tfjs use it. Plain JavaScript, so that any Node runs it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const versions = { tfjs: "4.22.0", headers: "1.9.0", tensorflow: "2.21.0", python: "3.11" };

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const defaultFolder = path.join(root, ".cache/tfjs-node");

/**
 * @typedef {object} BuiltBinding
 * @property {string} module what to require in place of TensorFlow.js
 * @property {string} preload what Node must require before
 */

/**
 * The binding, built when it is not there.
 *
 * @param {string} folder
 * @returns {BuiltBinding}
 */
export function installTfjsNode(folder = defaultFolder) {
  const place = path.resolve(folder);
  const built = {
    module: path.join(place, "node_modules/@tensorflow/tfjs-node/dist/index.js"),
    preload: path.join(place, "preload.cjs"),
  };
  const stamp = path.join(place, `built-${versions.tfjs}-${versions.tensorflow}`);
  if (existsSync(stamp)) return built;
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(`Expected Linux on x64 but received ${process.platform} on ${process.arch}.`);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "package.json"), '{"name": "tfjs-node-build", "private": true}\n');
  const packages = [
    `@tensorflow/tfjs-node@${versions.tfjs}`,
    `@tensorflow/tfjs@${versions.tfjs}`,
    `node-api-headers@${versions.headers}`,
  ];
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", place, ...packages]);
  unpackLibrary(place);
  compileBinding(place);
  writePreload(built.preload);
  run(process.execPath, ["-r", built.preload, "-e", selfTest(built.module)]);
  writeFileSync(stamp, "");
  return built;
}

/** libtensorflow and the headers that the binding includes, out of the wheel. */
function unpackLibrary(place) {
  const platform = ["--platform", "manylinux_2_27_x86_64", "--only-binary=:all:"];
  const pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", ...platform];
  const wheel = `tensorflow-cpu==${versions.tensorflow}`;
  run("python3", [...pip, "--python-version", versions.python, "--dest", place, wheel]);
  const file = readdirSync(place).find((name) => name.endsWith(".whl"));
  const wanted = [
    "tensorflow/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2",
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/",
    "tensorflow/include/tsl/",
    "tensorflow/include/xla/tsl/",
  ];
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(tuple(sys.argv[3:])):
            wheel.extract(name, sys.argv[2])`;
  run("python3", ["-c", script, path.join(place, file), place, ...wanted]);
  rmSync(path.join(place, file));
}

function compileBinding(place) {
  const source = path.join(place, "node_modules/@tensorflow/tfjs-node");
  const library = path.join(place, "tensorflow");
  const headers = createRequire(path.join(place, "package.json"))("node-api-headers").include_dir;
  const output = path.join(source, "lib/napi-v8");
  mkdirSync(output, { recursive: true });
  run("g++", [
    ...["-O2", "-std=c++17", "-shared", "-fPIC", "-DNAPI_VERSION=8"],
    ...[path.join(source, "binding"), source, path.join(library, "include"), headers].flatMap((dir) => [
      "-I",
      dir,
    ]),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => path.join(source, "binding", name)),
    ...[
      "-L",
      library,
      "-l:libtensorflow_cc.so.2",
      "-l:libtensorflow_framework.so.2",
      `-Wl,-rpath,${library}`,
    ],
    ...["-o", path.join(output, "tfjs_binding.node")],
  ]);
}

/** tfjs-node calls two functions of node:util that Node 23 removed. */
function writePreload(file) {
  writeFileSync(
    file,
    `const util = require("node:util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
`,
  );
}

const selfTest = (module) =>
  `const tf = require(${JSON.stringify(module)});
if (tf.getBackend() !== "tensorflow" || tf.add(1, 2).dataSync()[0] !== 3) throw new Error("The binding does not add.");`;

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new Error(`Failed: ${command} ${args.join(" ")}${error ? ` (${error.message})` : ""}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  console.log(installTfjsNode(process.argv[2]).module);
