// What the bootstrap says about a machine on which tools are missing.

import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

import { missingRequirements, versionAtLeast } from "./requirements.mjs";

describe("missingRequirements", () => {
  it("names nothing on the machine that runs the tests", () => {
    expect(missingRequirements()).toEqual([]);
  });

  it("names every missing tool with a command that installs it", () => {
    const url = pathToFileURL(`${import.meta.dirname}/requirements.mjs`).href;
    const script = `import { missingRequirements } from ${JSON.stringify(url)}; console.log(missingRequirements().join("\\n"));`;
    const result = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      env: { PATH: "/nowhere" },
    });
    const lines = result.stdout.trim().split("\n");
    expect(lines.map((line) => /^Missing: (.*)\. Install it with: \S.*$/.exec(line)?.[1])).toEqual([
      "npm with npx",
      "a C++20 compiler",
      "CMake 3.20 or later",
      "make or ninja",
      "Python 3.9 or later",
    ]);
  });
});

describe("versionAtLeast", () => {
  it("compares numbers, not text", () => {
    expect(versionAtLeast("cmake version 3.9.1", 3, 20)).toBe(false);
    expect(versionAtLeast("cmake version 3.25.1", 3, 20)).toBe(true);
    expect(versionAtLeast("20.18.3", 20, 19)).toBe(false);
    expect(versionAtLeast("26.10.0", 20, 19)).toBe(true);
    expect(versionAtLeast("", 3, 9)).toBe(false);
  });
});
