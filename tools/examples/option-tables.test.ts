// The pages of the generators say what the code says.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { GeneratorDefinition } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { root } from "./documents.ts";
import { optionTable, pageOf, trained, withOptions } from "./option-tables.ts";

const example = {
  name: "example",
  options: {
    preset: { type: "choice", default: "a", values: ["a", "b"], description: "Which." },
    dims: { type: "integers", default: [256, 256], min: 1, max: 9, description: "Widths.", section: "4.4" },
    rate: { type: "number", default: 0.1, min: 0, description: "Speed." },
  },
  presets: { reference: { rate: 0.5, dims: [256, 256] } },
} as unknown as GeneratorDefinition;

describe("a table of options", () => {
  it("has a line per option, and what the reference changes where it does", () => {
    expect(optionTable(example).split("\n").slice(2)).toEqual([
      "| `preset` | `a` |  | Which. One of a, b. |  |",
      "| `dims` | `256,256` |  | Widths. Whole numbers from 1 to 9, one or more. | 4.4 |",
      "| `rate` | `0.1` | `0.5` | Speed. A number from 0 on. |  |",
    ]);
  });

  it("replaces what is between the marks and nothing else; a page without marks is an error", () => {
    const page =
      "# A\n\n<!-- options: written by tools/examples/option-tables.ts -->\nold\n<!-- end of options -->\n\nB\n";
    const written = withOptions(page, example);
    expect(written).toBe(withOptions(written, example));
    expect(written).toMatch(
      /^# A\n\n<!-- options.*-->\n\n\| option [\s\S]*\|\n\n<!-- end of options -->\n\nB\n$/,
    );
    expect(written).not.toContain("old");
    expect(() => withOptions("# A\n", example)).toThrow("lacks the lines");
  });
});

describe("every generator that trains", () => {
  it.each(trained.map((definition) => [definition.name, definition] as const))(
    "%s has a page whose options are those of the code",
    (name, definition) => {
      const file = path.join(root, pageOf(name));
      expect(existsSync(file), `${pageOf(name)} is missing`).toBe(true);
      const page = readFileSync(file, "utf8");
      expect(page, "run: node tools/examples/option-tables.ts").toBe(withOptions(page, definition));
    },
  );
});
