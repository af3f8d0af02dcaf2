// Every op against its own differences in float64; the values themselves are checked in ops/*.test.ts by hand or by an
// independent formula.
import { describe, expect, it } from "vitest";
import { operations } from "../ops/index.ts";
import { checkGrads } from "./check-grads.ts";
import { expectedOf, opCases, traceCase } from "./op-cases.ts";

const withoutCases = new Set(["argument", "state", "input", "part"]);
const cases = opCases();

describe("op cases", () => {
  it("have names of their own", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it("cover every op", () => {
    const covered = new Set(cases.map(({ op }) => op));
    expect([...operations.keys()].filter((name) => !covered.has(name) && !withoutCases.has(name))).toEqual(
      [],
    );
  });

  it.each(cases.map((opCase) => [opCase.name, opCase] as const))("%s", (_, opCase) => {
    const entry = traceCase(opCase);
    expect(entry.graph.nodes.some(({ op }) => op.name === opCase.op)).toBe(true);
    const expected = expectedOf(opCase, entry);
    if (opCase.order === 0) return;
    for (let i = 0; i < expected.length; i++)
      checkGrads((...inputs) => opCase.build(inputs, undefined as never)[i]!, opCase.inputs, {
        order: opCase.order,
      });
  });
});
