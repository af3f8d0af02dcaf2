// What must be on the machine before anything can be installed or built, and the command that brings what is missing.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const cpp20 =
  "#include <bit>\n#include <concepts>\n#include <span>\nint main() { return std::popcount(0u); }\n";

/** One row per requirement: how to find it, and what installs it on each system. */
export const requirements = [
  {
    name: "Node 20.19 or later",
    found: () => versionAtLeast(process.versions.node, 20, 19),
    install: {
      debian: "apt-get install -y nodejs npm (Debian 13 and later)",
      fedora: "dnf install -y nodejs",
      macos: "brew install node",
    },
  },
  {
    name: "npm with npx",
    found: () => succeeds("npx", ["--version"]),
    install: {
      debian: "apt-get install -y npm",
      fedora: "dnf install -y nodejs-npm",
      macos: "brew install node",
    },
  },
  {
    name: "a C++20 compiler",
    found: () =>
      [process.env.CXX, "c++", "g++", "clang++"].some(
        (compiler) =>
          compiler && succeeds(compiler, ["-std=c++20", "-fsyntax-only", "-x", "c++", "-"], cpp20),
      ),
    install: {
      debian: "apt-get install -y g++",
      fedora: "dnf install -y gcc-c++",
      macos: "xcode-select --install",
    },
  },
  {
    name: "CMake 3.20 or later",
    found: () => versionAtLeast(outputOf("cmake", ["--version"]), 3, 20),
    install: {
      debian: "apt-get install -y cmake",
      fedora: "dnf install -y cmake",
      macos: "brew install cmake",
    },
  },
  {
    name: "make or ninja",
    found: () => succeeds("ninja", ["--version"]) || succeeds("make", ["--version"]),
    install: {
      debian: "apt-get install -y make",
      fedora: "dnf install -y make",
      macos: "xcode-select --install",
    },
  },
  {
    name: "Python 3.9 or later",
    found: () => versionAtLeast(outputOf("python3", ["--version"]), 3, 9),
    install: {
      debian: "apt-get install -y python3",
      fedora: "dnf install -y python3",
      macos: "brew install python",
    },
  },
];

/** A sentence per missing requirement; empty when all are there. */
export function missingRequirements() {
  const system = systemName();
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  const command = (text) => (/^(apt-get|dnf) /.test(text) ? `${sudo}${text}` : text);
  return requirements
    .filter((requirement) => !requirement.found())
    .map(({ name, install }) => {
      const ways = system
        ? [command(install[system])]
        : Object.entries(install).map(([on, text]) => `${command(text)} (${on})`);
      return `Missing: ${name}. Install it with: ${ways.join("; ")}`;
    });
}

function systemName() {
  if (process.platform === "darwin") return "macos";
  const release = "/etc/os-release";
  const text = existsSync(release) ? readFileSync(release, "utf8") : "";
  if (/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(text)) return "debian";
  if (/^ID(_LIKE)?=.*(fedora|rhel)/m.test(text)) return "fedora";
  return undefined;
}

function outputOf(command, args, input = "") {
  const result = spawnSync(command, args, { encoding: "utf8", input });
  return result.status === 0 ? `${result.stdout}${result.stderr}` : "";
}

function succeeds(command, args, input = "") {
  return spawnSync(command, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}

/** Whether the first version number in a text is at least `major.minor`. */
export function versionAtLeast(text, major, minor) {
  const match = /(\d+)\.(\d+)/.exec(text);
  if (!match) return false;
  const [foundMajor, foundMinor] = [Number(match[1]), Number(match[2])];
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
