import { describe, expect, it } from "vitest";
import { softplus, square } from "./functions/activations.ts";
import { mean } from "./functions/statistics.ts";
import { grad, gradients, valueAndGrad } from "./grad.ts";
import { type Tensor, typeText } from "./graph/tensor.ts";
import { matmul } from "./ops/contract.ts";
import { stopGradient } from "./ops/movement.ts";
import { add, exp, mul, sqrt, sub, tanh } from "./ops/pointwise.ts";
import { sum } from "./ops/reduce.ts";
import { argmax } from "./ops/segment.ts";
import { adam } from "./ops/update.ts";
import { tensorData } from "./tensor-data.ts";
import { caseNumbers } from "./testing/case-numbers.ts";
import { checkGrads } from "./testing/check-grads.ts";
import { referenceValues } from "./testing/reference-values.ts";

const x = tensorData([0.5, -1.25, 2]);
const x0 = [...x.data];

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 12);
  });
}

describe("grad", () => {
  it("gives derivatives of any order", () => {
    let f = (y: Tensor): Tensor => sum(tanh(y));
    const orders = [1, 2, 3].map(() => {
      const lower = f;
      f = (y: Tensor): Tensor => sum(grad(lower)(y));
      return f;
    });
    // With t = tanh: t' = 1 - t^2, t'' = -2 t t', t''' = -2 t'^2 - 2 t t''
    const [values] = [referenceValues(([y]) => orders.map((order) => order(y!)), [x])];
    const total = (g: (t: number, s: number) => number): number =>
      x0.map(Math.tanh).reduce((so, t) => so + g(t, 1 - t * t), 0);
    close(values[0]!, [total((_, s) => s)]);
    close(values[1]!, [total((t, s) => -2 * t * s)]);
    close(values[2]!, [total((t, s) => -2 * s * s + 4 * t * t * s)]);
  });

  it("counts what the function does with its argument only", () => {
    const values = referenceValues(
      ([y]) => [
        grad((own: Tensor) => sum(mul(own, y!)))(y!),
        grad((own: Tensor) => sum(mul(own, own)))(y!),
        // d/dy of y * d/dz (z y) at z = y is 2 y: the inner gradient takes y as a constant, the outer does not
        grad((outer: Tensor) => sum(mul(outer, grad((inner: Tensor) => sum(mul(inner, outer)))(outer))))(y!),
      ],
      [x],
    );
    close(values[0]!, x0);
    close(
      values[1]!,
      x0.map((v) => 2 * v),
    );
    close(
      values[2]!,
      x0.map((v) => 2 * v),
    );
  });

  it("keeps the form of a tree and what the function returns beside its number", () => {
    const values = referenceValues(
      ([w, b]) => {
        const f = ({ layer }: { layer: readonly [Tensor, Tensor] }): readonly [Tensor, Tensor] => {
          const y = add(mul(layer[0], 3), layer[1]);
          return [sum(y), y];
        };
        const [[loss, y], slopes] = valueAndGrad(f)({ layer: [w!, b!] as const });
        return [loss, y, slopes.layer[0], slopes.layer[1]];
      },
      [x, tensorData([10], [1])],
    );
    // the second one was broadcast to three elements
    expect(values).toEqual([[33.75], [11.5, 6.25, 16], [3, 3, 3], [3]]);
  });

  it("passes the other arguments on without differentiating by them", () => {
    const f = (w: Tensor, factor: Tensor, power: number): Tensor => sum(mul(w, mul(factor, power)));
    expect(referenceValues(([y]) => grad(f)(y!, y!, 2), [x])).toEqual([x0.map((v) => 2 * v)]);
  });

  it("stops where it is told to, and is 0 where nothing depends", () => {
    const values = referenceValues(
      ([y, z]) => [
        grad((own: Tensor) => sum(mul(own, stopGradient(own))))(y!),
        grad((own: Tensor) => sum(mul(z!, stopGradient(exp(own)))))(y!),
        ...gradients(sum(z!), [y!]),
      ],
      [x, tensorData([1])],
    );
    expect(values).toEqual([x0, [0, 0, 0], [0, 0, 0]]);
  });

  it("works for inner nodes, for the result itself, and with a cotangent", () => {
    const values = referenceValues(
      ([y]) => {
        const inner = mul(y!, y!);
        const result = mul(inner, 3);
        const total = sum(result);
        return [...gradients(total, [y!, inner, result, total]), ...gradients(result, [inner], y!)];
      },
      [x],
    );
    expect(values).toEqual([x0.map((v) => 6 * v), [3, 3, 3], [1, 1, 1], [1], x0.map((v) => 3 * v)]);
  });

  it("undoes broadcasting of products and pointwise ops alike", () => {
    const shapes: string[] = [];
    referenceValues(
      ([a, b, c]) => {
        const loss = sum(add(mul(matmul(a!, b!), c!), 1));
        shapes.push(...gradients(loss, [a!, b!, c!]).map(typeText));
        return loss;
      },
      [caseNumbers("a", [2, 1, 3, 4]), caseNumbers("b", [5, 4, 2]), caseNumbers("c", [3, 1])],
    );
    expect(shapes).toEqual(["f32[2, 1, 3, 4]", "f32[5, 4, 2]", "f32[3, 1]"]);
  });

  it("of a critic's gradient penalty agrees with differences", () => {
    // WGAN-GP (Gulrajani et al. 2017): the loss holds the gradient of the critic for its input
    const penalty = (w1: Tensor, w2: Tensor, rows: Tensor): Tensor => {
      const critic = (input: Tensor): Tensor => matmul(softplus(matmul(input, w1)), w2);
      const slopes = grad((input: Tensor) => sum(critic(input)))(rows);
      const norms = sqrt(sum(square(slopes), 1));
      return add(mean(critic(rows)), mul(10, mean(square(sub(norms, 1)))));
    };
    const args = [caseNumbers("w1", [4, 6]), caseNumbers("w2", [6, 1]), caseNumbers("rows", [5, 4])];
    expect(checkGrads(penalty, args, { order: 2 })).toHaveLength(2);
  });

  it("adds one node per use, not one per path", () => {
    let count = 0;
    referenceValues(
      ([y]) => {
        let value = y!;
        for (let i = 0; i < 60; i++) value = add(value, value);
        const before = y!.graph.nodes.length;
        const [slope] = gradients(sum(value), [y!]);
        count = y!.graph.nodes.length - before;
        return slope!;
      },
      [x],
    );
    expect(count).toBeLessThan(70);
  });
});

describe("errors of gradients", () => {
  it("name results that are no single number, wrong dtypes, and ops without a derivative", () => {
    expect(() => referenceValues(([y]) => grad((own: Tensor) => mul(own, 2))(y!), [x])).toThrow(
      "[grad] Expected a result that is a single number but received shape [3]",
    );
    expect(() => referenceValues(([y]) => gradients(argmax(y!), [y!]), [x])).toThrow(
      "[grad] Expected f32 but received i32",
    );
    const one = tensorData([1], []);
    expect(() =>
      referenceValues(
        ([t, y]) => {
          const step = adam(t!, t!, [{ value: y!, gradient: y!, mean: y!, square: y! }]);
          return gradients(sum(step[0]!.value), [y!]);
        },
        [one, x],
      ),
    ).toThrow(/\[part\] Expected an op with a derivative but received part f32\[3\] of .*grad\.test\.ts/);
  });
});
