// What the compiler makes of the golden programs, counted by the null runtime: a slower plan fails here without a clock.
// A better plan passes; then the numbers below should follow.

import { describe, expect, it } from "vitest";
import { planProgram } from "../../runtime/null.ts";
import { adultLayout, ctganStep, randomTable, tinyStep, tvaeStep } from "./index.ts";

const table = randomTable(adultLayout, 500, 1);

const goldens = [
  {
    name: "ctgan-step",
    make: () => ctganStep({ table }),
    kernels: 215,
    products: 47,
    productOperations: 1_293_363_200,
    arenaBytes: 8_657_856,
  },
  {
    name: "ctgan-step-50",
    make: () => ctganStep({ table, batch: 50 }),
    kernels: 215,
    products: 47,
    productOperations: 129_336_320,
    arenaBytes: 3_541_184,
  },
  {
    name: "tvae-step",
    make: () => tvaeStep({ table }),
    kernels: 67,
    products: 15,
    productOperations: 307_200_000,
    arenaBytes: 4_562_368,
  },
  {
    name: "tiny-step",
    make: () => tinyStep(),
    kernels: 21,
    products: 8,
    productOperations: 929_792,
    arenaBytes: 43_776,
  },
] as const;

describe("plans", () => {
  it.each(goldens)("$name costs no more than it did", ({ name: _name, make, ...golden }) => {
    const { train } = planProgram(make());
    for (const count of Object.keys(golden) as (keyof typeof golden)[])
      expect(train![count], count).toBeLessThanOrEqual(golden[count]);
  });

  it("the CTGAN step is traced, differentiated and compiled in under a second", () => {
    planProgram(ctganStep({ table }));
    const start = performance.now();
    planProgram(ctganStep({ table }));
    // About 40 ms on an idle machine; the test only catches a compiler whose cost explodes.
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
