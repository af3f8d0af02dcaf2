// The list of heavy files names files that there are.

import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

import { heavyFiles } from "./heavy-first.ts";
import { root } from "./steps.ts";

it("every file that is started first is there, once", () => {
  expect(heavyFiles.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  expect(new Set(heavyFiles).size).toBe(heavyFiles.length);
});
