import type { NumberStyle } from "@verisim/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  NumberForms,
  NumberScanner,
  notANumber,
  numberText,
  paddedForm,
  pointZeroForm,
  positionalText,
  textForm,
  trimmedForm,
  variantForm,
  wholeForm,
} from "./number-text.ts";

function formatOf(cells: readonly string[]): {
  style: NumberStyle;
  decimals: number | undefined;
  exact: boolean;
} {
  const scanner = new NumberScanner();
  const forms = new NumberForms();
  for (const cell of cells) forms.add(scanner.scan(cell), scanner.fraction, cell);
  return forms.format();
}

describe("NumberScanner", () => {
  it.each([
    ["39", wholeForm, 39],
    ["-7", wholeForm, -7],
    ["0", wholeForm, 0],
    ["9007199254740991", wholeForm, 9007199254740991],
    ["0.5", trimmedForm, 0.5],
    ["-122.23", trimmedForm, -122.23],
    ["41.0", pointZeroForm, 41],
    ["0.50", paddedForm, 0.5],
    ["1.00", paddedForm, 1],
    ["6.502985292000001", trimmedForm, 6.502985292000001],
    ["1e-5", variantForm, 1e-5],
    ["9.83E-05", variantForm, 9.83e-5],
    [".5", variantForm, 0.5],
    ["5.", variantForm, 5],
    ["-0", variantForm, -0],
    ["3.14159265358979323846", variantForm, Math.PI],
  ])("reads %s with its form and value", (text, form, value) => {
    const scanner = new NumberScanner();
    expect(scanner.scan(text)).toBe(form);
    expect(scanner.value).toBe(value);
  });

  it.each(["00123", "007.5", "+5", "9007199254740993", "123456789012345678901", "1e999"])(
    "leaves %s as text, because a number would lose something",
    (text) => {
      expect(new NumberScanner().scan(text)).toBe(textForm);
    },
  );

  it.each(["", " ", "-", ".", "1,234", "12a", "0x10", "Infinity", "NaN", "1e", "1.2.3", "--1", " 1"])(
    "takes %j for no number",
    (text) => {
      expect(new NumberScanner().scan(text)).toBe(notANumber);
    },
  );

  it("agrees with the language on every decimal text", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(20), (value, digits) => {
        const text = value.toFixed(digits);
        const scanner = new NumberScanner();
        if (scanner.scan(text) !== textForm && !text.includes("e")) expect(scanner.value).toBe(Number(text));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("NumberForms", () => {
  it.each([
    [["1", "22", "-3"], "integer", 0],
    [["0.50", "1.25"], "fixed", 2],
    [["0.5", "3", "1.25"], "shortest", 2],
    [["41.0", "21.0"], "point", 0],
    [["41.0", "0.25"], "point", 2],
    [["0.5", "41.0"], "fixed", 1],
  ] as const)("finds how %j are written", (cells, style, decimals) => {
    expect(formatOf(cells)).toEqual({ style, decimals, exact: true });
  });

  it("says when no style gives the cells back", () => {
    expect(formatOf(["1.50", "1.5", "2"])).toEqual({ style: "shortest", decimals: 2, exact: false });
    expect(formatOf(["1e-5", "0.5"])).toEqual({ style: "shortest", decimals: 5, exact: false });
  });

  it("gives every cell back where it says that it does", () => {
    const cell = fc
      .tuple(fc.boolean(), fc.nat(999999), fc.option(fc.stringMatching(/^[0-9]{1,8}$/)))
      .map(
        ([minus, whole, fraction]) => `${minus ? "-" : ""}${whole}${fraction === null ? "" : `.${fraction}`}`,
      )
      .filter((text) => !/^-0(\.0*)?$/.test(text));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (cells) => {
        const { style, decimals, exact } = formatOf(cells);
        if (!exact) return;
        for (const text of cells) expect(numberText(Number(text), { style, decimals })).toBe(text);
      }),
      { seed: 2, numRuns: 3000 },
    );
  });
});

describe("numberText", () => {
  it.each([
    [1e-7, "shortest", undefined, "0.0000001"],
    [123456789012345680000, "integer", 0, "123456789012345680000"],
    [1e21, "integer", 0, "1000000000000000000000"],
    [0.1 + 0.2, "shortest", 2, "0.3"],
    [0.1 + 0.2, "shortest", undefined, "0.30000000000000004"],
    [1.125, "fixed", 2, "1.13"],
    [-0.001, "fixed", 2, "0.00"],
    [-0, "integer", 0, "0"],
    [41, "point", 1, "41.0"],
    [41.26, "point", 0, "41.0"],
    [2.5, "integer", 0, "3"],
    [100, "shortest", 0, "100"],
  ] as const)("writes %d in style %s with %s decimals as %s", (value, style, decimals, text) => {
    expect(numberText(value, { style, decimals })).toBe(text);
  });

  it("never uses an exponent between 1e-30 and 1e21", () => {
    expect(positionalText(1.5e-10)).toBe("0.00000000015");
    expect(positionalText(-2.4234347e-6)).toBe("-0.0000024234347");
  });
});
