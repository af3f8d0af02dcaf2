// The language of gates.

import { describe, expect, it } from "vitest";
import { readGates } from "./figures.ts";

describe("gates", () => {
  it("are read with blanks, per cents, exponents and several at once", () => {
    expect(readGates("quality<0.9, copies >= 1% ,Validity!=1,trends<.5,shapes<1e-3")).toEqual([
      { text: "quality<0.9", figure: "quality", operator: "<", limit: 0.9 },
      { text: "copies >= 1%", figure: "copies", operator: ">=", limit: 0.01 },
      { text: "Validity!=1", figure: "validity", operator: "!=", limit: 1 },
      { text: "trends<.5", figure: "trends", operator: "<", limit: 0.5 },
      { text: "shapes<1e-3", figure: "shapes", operator: "<", limit: 0.001 },
    ]);
  });

  it.each(["", "quality", "quality<", "<0.9", "quality<high", "quality < 0.9 shapes < 1", "quality<0.9,"])(
    "%j is refused",
    (text) => {
      expect(() => readGates(text)).toThrowError(expect.objectContaining({ code: "VERISIM_GATE_SYNTAX" }));
    },
  );

  it("name the nearest figure and all there are", () => {
    expect(() => readGates("qualty<0.9")).toThrowError(
      expect.objectContaining({
        code: "VERISIM_UNKNOWN_FIGURE",
        hint: expect.stringMatching(/Did you mean "quality"\?.* quality, shapes, /),
      }),
    );
    expect(() => readGates("constructor<1")).toThrowError(
      expect.objectContaining({ code: "VERISIM_UNKNOWN_FIGURE" }),
    );
  });
});
