import { describe, expect, it } from "vitest";
import { grad } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ReferenceArray } from "../ops/operation.ts";
import { mul, sub } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import type { ProgramSpec } from "../program-spec.ts";
import { tensorData } from "../tensor-data.ts";
import { referenceTraining, referenceValues } from "../testing/reference-training.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { adam, adamW, ema, sgd, type TensorTree, warmDecay } from "./optimizers.ts";

const parameters = { layers: [{ weight: tensorData([4, -2], [2]) }], bias: tensorData([1], []) };
type Parameters = TensorTree<typeof parameters>;
type State = { parameters: { layers: { weight: ReferenceArray }[]; bias: ReferenceArray } };

/** (weight - 3)^2 + bias^2, summed. */
const loss = ({ layers, bias }: Parameters): Tensor => {
  const off = sub(layers[0]!.weight, 3);
  return sub(sum(mul(off, off)), mul(-1, mul(bias, bias)));
};

function training<S>(
  init: (p: typeof parameters) => S,
  update: (p: Parameters, g: Parameters, state: never) => { parameters: Parameters; state: unknown },
) {
  const spec = {
    state: { parameters, optimizer: init(parameters) },
    entries: {
      train: {
        step: ({ state }: { state: { parameters: Parameters; optimizer: never } }) => {
          const next = update(state.parameters, grad(loss)(state.parameters), state.optimizer);
          return {
            state: { parameters: next.parameters, optimizer: next.state },
            outputs: { loss: loss(state.parameters) },
          };
        },
      },
    },
  };
  return referenceTraining(spec as unknown as ProgramSpec);
}

describe("optimizers", () => {
  it("Adam's first step is the learning rate against the gradient's sign, whatever its size", () => {
    const optimizer = adam({ learningRate: 0.1, epsilon: 0 });
    const { state } = training(optimizer.init, optimizer.update).step();
    const { layers, bias } = (state as State).parameters;
    expect(layers[0]!.weight.data[0]).toBeCloseTo(3.9, 12);
    expect(layers[0]!.weight.data[1]).toBeCloseTo(-1.9, 12);
    expect(bias.data[0]).toBeCloseTo(0.9, 12);
  });

  it("AdamW shrinks parameters by its decay apart from the gradient", () => {
    const optimizer = adamW({ learningRate: 0.1, epsilon: 0, weightDecay: 0.5 });
    const { state } = training(optimizer.init, optimizer.update).step();
    expect((state as State).parameters.bias.data[0]).toBeCloseTo(1 - 0.05 - 0.1, 12);
  });

  it("momentum adds up", () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.5 });
    const run = training(optimizer.init, optimizer.update);
    run.step();
    // bias: 1 - 0.1 * 2 = 0.8; velocity 0.5 * 2 + 1.6 = 2.6
    expect((run.step().state as State).parameters.bias.data[0]).toBeCloseTo(0.8 - 0.26, 12);
  });

  it("all reach the minimum of a parabola", () => {
    const choices = [adam({ learningRate: 0.1 }), sgd({ learningRate: 0.1, momentum: 0.3, nesterov: true })];
    for (const optimizer of choices) {
      const run = training(optimizer.init as never, optimizer.update as never);
      for (let step = 0; step < 300; step++) run.step();
      expect(run.step().outputs.loss).toBeLessThan(1e-3);
    }
  });

  it("a rate given to the update goes before the option", () => {
    const optimizer = sgd({ learningRate: 100 });
    const run = training(optimizer.init, (p, g, state) => optimizer.update(p, g, state, 0.25));
    expect((run.step().state as State).parameters.bias.data[0]).toBeCloseTo(0.5, 12);
  });

  it("ema moves averages by the rest of the decay", () => {
    const [average] = referenceValues(
      [tensorData([1]), tensorData([11])],
      ([a, p]) => ema({ x: a! }, { x: p! }, 0.9).x,
    );
    expect(average![0]).toBeCloseTo(2, 12);
  });

  it("a warm decay lets early averages follow: of the steps so far the last tenth counts most", () => {
    const decays = (count: number) =>
      referenceValues([tensorData([count], [])], ([t]) => warmDecay(t!, 0.99))[0]![0];
    expect(decays(1)).toBeCloseTo(2 / 11, 12);
    expect(decays(90)).toBeCloseTo(91 / 100, 12);
    expect(decays(10_000)).toBeCloseTo(0.99, 12);
    const [average] = referenceValues(
      [tensorData([1]), tensorData([12]), tensorData([1], [])],
      ([a, p, t]) => ema({ x: a! }, { x: p! }, warmDecay(t!, 0.99)).x,
    );
    expect(average![0]).toBeCloseTo(12 - (2 / 11) * 11, 12);
  });

  it("says when gradients have another form than parameters", () => {
    expect(() =>
      referenceValues(
        [tensorData([1]), tensorData([11])],
        ([a, p]) => ema<unknown>([a!], [p!, a!], 0.9) as Tensor[],
      ),
    ).toThrow(/trees of one form but received 1 and 2/);
  });
});

describe("clipByGlobalNorm", () => {
  it("shortens the whole tree to the limit and leaves shorter ones alone", () => {
    const g = [tensorData([3, 0]), tensorData([4], [1, 1])];
    const clip = (limit: number) =>
      referenceValues(g, ([a, b]) => {
        const { gradients, norm } = clipByGlobalNorm({ a: a!, b: b! }, limit);
        return [gradients.a, gradients.b, norm];
      });
    expect(
      clip(1)
        .flat()
        .map((x) => Number(x.toFixed(5))),
    ).toEqual([0.6, 0, 0.8, 5]);
    expect(clip(10).flat()).toEqual([3, 0, 4, 5]);
  });
});
