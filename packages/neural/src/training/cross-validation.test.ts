import { describe, expect, test } from "vitest";
import { bestCommonStep, foldCount, foldsOf, isCrossValidated } from "./cross-validation.ts";

const history = (...qualities: number[]) =>
  qualities.map((quality, i) => ({ step: 10 * (i + 1), quality, losses: {} }));

describe("folds", () => {
  test("are of equal size, dealt at random by the seed", () => {
    const folds = foldsOf(100, 1);
    const sizes = Array.from({ length: foldCount }, (_, fold) => folds.filter((own) => own === fold).length);
    expect(sizes).toEqual([34, 33, 33]);
    expect(foldsOf(100, 1)).toEqual(folds);
    expect(foldsOf(100, 2)).not.toEqual(folds);
    // Rows in order would have a part per row number: a third of neighbours are in one part.
    const alike = folds.slice(1).filter((own, i) => own === folds[i]).length;
    expect(Math.abs(alike - 33)).toBeLessThan(20);
  });

  test("are made where rows are held out by wish, and there are enough for a part to say something", () => {
    expect([isCrossValidated(30, 0.1), isCrossValidated(29, 0.1), isCrossValidated(100, 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("the best common step", () => {
  test("has the best mean over all networks", () => {
    expect(bestCommonStep([history(0.1, 0.5, 0.4), history(0.1, 0.2, 0.4)])).toBe(30);
    expect(bestCommonStep([history(0.1, 0.5, 0.3), history(0.1, 0.2, 0.3)])).toBe(20);
  });

  test("is one that every network reached", () => {
    expect(bestCommonStep([history(0.1, 0.2, 0.9), history(0.1, 0.2)])).toBe(20);
    expect(bestCommonStep([history(0.1), []])).toBe(0);
  });
});
