// The language of gates.

import { readFileSync } from "node:fs";
import { figures } from "@verisim/evaluate/figures";
import { describe, expect, it } from "vitest";
import { namesMetric, neededFor, readGates } from "./figures.ts";

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

  it("may name published metrics, which are then all that is computed of them", () => {
    expect(namesMetric("quality<0.9, dcr-share>0.5")).toBe(false);
    expect(namesMetric("quality<0.9,ks-complement<1")).toBe(true);
    const gates = readGates("quality<0.9,ks-complement<1,dcr-share>0.5,mia-auc>0.6", {
      metrics: ["ks-complement"],
    });
    expect(neededFor(gates)).toEqual({ parts: ["metrics", "privacy"], metrics: ["ks-complement"] });
  });

  it("have a line in the documentation each", () => {
    const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
    expect(Object.keys(figures).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
