import { describe, expect, it } from "vitest";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { referenceValues } from "../testing/reference-values.ts";
import { adam, ema, sgd } from "./update.ts";

const number = (value: number): TensorData => tensorData([value], []);
const one = (value: number): TensorData => tensorData([value]);

describe("updates", () => {
  it("Adam's first step moves by the rate, whatever the gradient's size", () => {
    const values = referenceValues(
      ([t, rate, value, gradient, mean, square]) =>
        adam(t!, rate!, [{ value: value!, gradient: gradient!, mean: mean!, square: square! }]).flatMap(
          (p) => [p.value, p.mean, p.square],
        ),
      [number(1), number(0.5), one(2), one(0.25), one(0), one(0)],
    );
    // m = 0.1 g and v = 0.001 g^2, which the corrections make g and g^2 again
    expect(values[0]![0]).toBeCloseTo(1.5, 7);
    expect(values[1]![0]).toBeCloseTo(0.025, 15);
    expect(values[2]![0]).toBeCloseTo(0.0000625, 15);
  });

  it("decoupled decay pulls the parameter and leaves the means alone", () => {
    const step = (decoupled: boolean): number[][] =>
      referenceValues(
        ([t, rate, value, gradient, mean, square]) =>
          adam(t!, rate!, [{ value: value!, gradient: gradient!, mean: mean!, square: square! }], {
            weightDecay: 0.5,
            decoupled,
          }).flatMap((p) => [p.value, p.mean]),
        [number(1), number(0.5), one(2), one(1), one(0), one(0)],
      );
    const [[separate], [separateMean]] = step(true) as [[number], [number]];
    // 2 - 0.5 * 0.5 * 2 - 0.5
    expect(separate).toBeCloseTo(1, 7);
    expect(separateMean).toBeCloseTo(0.1, 14);
    const [[coupled], [coupledMean]] = step(false) as [[number], [number]];
    expect(coupled).toBeCloseTo(1.5, 7);
    expect(coupledMean).toBeCloseTo(0.2, 14);
  });

  it("gradient descent keeps its velocity, and Nesterov's looks ahead", () => {
    const step = (nesterov: boolean): number[][] =>
      referenceValues(
        ([rate, value, gradient, velocity]) =>
          sgd(rate!, [{ value: value!, gradient: gradient!, velocity: velocity! }], {
            momentum: 0.5,
            nesterov,
          }).flatMap((p) => [p.value, p.velocity]),
        [number(0.25), one(1), one(2), one(4)],
      );
    expect(step(false)).toEqual([[0], [4]]);
    expect(step(true)).toEqual([[0], [4]]);
    const [[ahead]] = referenceValues(
      ([rate, value, gradient, velocity]) =>
        sgd(rate!, [{ value: value!, gradient: gradient!, velocity: velocity! }], {
          momentum: 0.5,
          nesterov: true,
        }).map((p) => p.value),
      [number(0.25), one(1), one(2), one(8)],
    ) as [[number]];
    // velocity 6; 1 - 0.25 (2 + 0.5 * 6)
    expect(ahead).toBe(-0.25);
  });

  it("running means go towards their sources, pair by pair", () => {
    const values = referenceValues(
      ([a, b, c, d]) =>
        ema(
          [
            { target: a!, source: b! },
            { target: c!, source: d! },
          ],
          0.75,
        ),
      [one(4), one(0), tensorData([1, 2]), tensorData([5, 2])],
    );
    expect(values).toEqual([[3], [2, 2]]);
  });

  it("say which tensor does not fit its parameter", () => {
    expect(() =>
      referenceValues(([a, b]) => ema([{ target: a!, source: b! }], 0.5), [one(1), tensorData([1, 2])]),
    ).toThrow("[ema] Expected tensors of the parameter's shape [1] but received [2]");
    expect(() => referenceValues(([rate]) => sgd(rate!, []).map((p) => p.value), [number(1)])).toThrow(
      "[sgd] Expected at least one parameter but received none",
    );
  });
});
