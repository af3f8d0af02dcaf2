// The layout rules on small repositories made of strings: each rule fires on its fault and is silent without it.

import { describe, expect, it } from "vitest";

import { structureProblems } from "./check.ts";
import { importsOf } from "./repository.ts";

const manifest = (name: string, more: object = {}) =>
  JSON.stringify({
    name,
    type: "module",
    license: "Apache-2.0",
    sideEffects: false,
    engines: { node: ">=20.19" },
    files: ["dist"],
    ...more,
  });

/** A faultless repository of core and stats, with `files` laid over it (undefined removes one). */
function problemsWith(files: Record<string, string | undefined> = {}): string[] {
  const all: Record<string, string | undefined> = {
    "package.json": JSON.stringify({ devDependencies: { vitest: "1.0.0" } }),
    "docs/dependencies.md": "| `vitest` | MIT | tests |\n| `fflate` | MIT | zip |\n",
    "tsconfig.json": JSON.stringify({ references: [{ path: "packages/core" }, { path: "packages/stats" }] }),
    "packages/core/package.json": manifest("@verisim/core"),
    "packages/stats/package.json": manifest("@verisim/stats", {
      dependencies: { "@verisim/core": "workspace:*" },
    }),
    "packages/stats/src/mean.ts": '// The mean.\nimport { Table } from "@verisim/core";\n',
    ...files,
  };
  for (const folder of ["packages/core", "packages/stats"]) {
    for (const file of ["README.md", "LICENSE", "src/index.ts", "tsconfig.json"])
      if (!(`${folder}/${file}` in all))
        all[`${folder}/${file}`] = file === "src/index.ts" ? "export {};\n" : "{}";
  }
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return structureProblems(new Map(present)).map(
    ({ file, line, message }) => `${file}${line === undefined ? "" : `:${line}`} ${message}`,
  );
}

describe("the layout check", () => {
  it("finds nothing in a faultless repository", () => {
    expect(problemsWith()).toEqual([]);
  });

  it("refuses an import against the directions, with its line", () => {
    const problems = problemsWith({
      "packages/core/package.json": manifest("@verisim/core", {
        dependencies: { "@verisim/stats": "workspace:*" },
      }),
      "packages/core/src/table.ts": '// Tables.\n\nexport { mean } from "@verisim/stats";\n',
    });
    expect(problems).toEqual([
      "packages/core/src/table.ts:3 packages/core may not import packages/stats (allowed: nothing).",
    ]);
  });

  it("refuses undeclared, unused and test-only dependencies of a source", () => {
    const problems = problemsWith({
      "packages/stats/src/mean.ts":
        '// The mean.\nimport { it } from "vitest";\nimport x from "left-pad/deep";\n',
      "packages/stats/src/mean.test.ts": '// Tests.\nimport { it } from "vitest";\n',
    });
    expect(problems).toEqual([
      "packages/stats/src/mean.ts:2 Imports vitest, which its package.json does not declare outside devDependencies.",
      "packages/stats/src/mean.ts:3 Imports left-pad, which its package.json does not declare.",
      "packages/stats/package.json Declares @verisim/core but never imports it.",
    ]);
  });

  it("refuses relative imports out of a package and built-in modules without node:", () => {
    const problems = problemsWith({
      "packages/stats/src/deep/a.ts":
        '// A.\nimport "../../../core/src/table.ts";\nimport "../mean.ts";\nimport fs from "fs";\n',
      "packages/stats/src/drawn.test.ts": 'import "../../../tools/browser/chromium.mjs";\n',
    });
    expect(problems).toEqual([
      "packages/stats/src/deep/a.ts:2 Reaches into packages/core/src/table.ts; import the package by its name instead.",
      "packages/stats/src/deep/a.ts:4 Import fs as node:fs.",
    ]);
  });

  it("wants a reason for every outside package", () => {
    const root = JSON.stringify({ devDependencies: { vitest: "1.0.0", "left-pad": "1.0.0" } });
    expect(problemsWith({ "package.json": root })).toEqual([
      "package.json Needs left-pad, which docs/dependencies.md does not explain.",
    ]);
  });

  it("lets only its own package load an addon", () => {
    const load = (name: string) => `// Loads.\nexport const addon = require("./build/${name}.node");\n`;
    expect(problemsWith({ "packages/stats/src/load.ts": load("verisim_tensor") })).toEqual([
      "packages/stats/src/load.ts Only packages/tensor may load its addon.",
    ]);
    expect(problemsWith({ "packages/stats/src/load.ts": load("verisim_trees") })).toEqual([
      "packages/stats/src/load.ts Only packages/trees may load its addon.",
    ]);
    expect(problemsWith({ "packages/stats/src/load.ts": load("other") })).toEqual([
      "packages/stats/src/load.ts Only packages/tensor and packages/trees may load addons.",
    ]);
  });

  it("asks every package for its files and its manifest's fields", () => {
    const problems = problemsWith({
      "packages/core/README.md": undefined,
      "packages/core/package.json": manifest("@verisim/core", {
        sideEffects: true,
        dependencies: { "@verisim/stats": "1.0.0", fflate: "^0.8.0" },
      }),
      "packages/core/src/a.ts": '// A.\nimport "fflate";\n',
      "tsconfig.json": JSON.stringify({ references: [{ path: "packages/core" }] }),
    });
    expect(problems).toEqual([
      "packages/core/README.md Every package has this file.",
      'packages/core/package.json Expected "sideEffects": false.',
      "packages/core/package.json Expected @verisim/stats as workspace:*.",
      "packages/core/package.json Expected an exact version of fflate but received ^0.8.0.",
      "tsconfig.json Has no reference to packages/stats, so it is not built.",
      "packages/core/package.json Declares @verisim/stats but never imports it.",
    ]);
  });

  it("refuses long files, empty names, missing first lines and default exports", () => {
    const long = `// Long.\n${"export {};\n".repeat(400)}`;
    expect(
      problemsWith({
        "packages/stats/src/long.ts": long,
        "packages/stats/src/fit-utils.ts": "// Fits.\n",
        "native/tensor/common/pool.cc": "// The pool.\n",
        "packages/stats/src/Mean.ts": "// The mean.\n",
        "packages/stats/src/silent.ts": "export const a = 1;\n",
        "packages/stats/src/silent.test.ts": "export const a = 1;\n",
        "packages/stats/src/chosen.ts": "// Chosen.\nexport default 1;\n",
      }),
    ).toEqual([
      "packages/stats/src/long.ts Has 401 lines; 400 is the most. Split it by what its parts do.",
      'packages/stats/src/fit-utils.ts "utils" says nothing; name the file after the one thing it holds.',
      'native/tensor/common/pool.cc "common" says nothing; name the file after the one thing it holds.',
      "packages/stats/src/Mean.ts Expected a name in kebab-case.",
      "packages/stats/src/silent.ts Expected the first lines to say what the file is for.",
      "packages/stats/src/chosen.ts Expected named exports only.",
    ]);
  });

  it("refuses paths of one machine, registry hosts and loose ends", () => {
    const folder = ["", "work", "main"].join("/");
    expect(
      problemsWith({
        "README.md": `Lies in ${folder}.\nhomework/later is fine.\n`,
        "docs/a.md": `https://${["registry", "npmjs", "org"].join(".")}\n`,
        "packages/stats/src/loose.ts": `// ${"TODO"}: more\nexport const a = ${"Math.random"}();\n`,
      }),
    ).toEqual([
      "README.md:1 Holds a folder of one machine.",
      "docs/a.md:1 Holds a registry's host.",
      "packages/stats/src/loose.ts:1 Holds unfinished work (finish it or file it).",
      "packages/stats/src/loose.ts:2 Holds a random number without a seed.",
    ]);
  });
});

describe("importsOf", () => {
  it("reads every form of import and skips comments", () => {
    const text = [
      "/** @example",
      ' * import { no } from "in-a-comment";',
      " */",
      '// import "not-this";',
      'import "side-effect";',
      "import {",
      "  a,",
      '} from "spread-out";',
      'export * from "again";',
      'const b = await import("later");',
      'const text = parts.join(" from ", "other");',
    ].join("\n");
    expect(importsOf(text).map(({ specifier, line }) => `${specifier}:${line}`)).toEqual([
      "side-effect:5",
      "spread-out:8",
      "again:9",
      "later:10",
    ]);
  });
});
