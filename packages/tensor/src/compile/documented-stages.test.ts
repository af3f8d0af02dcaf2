// The stages that docs/design/tensor.md prints are those that the compiler makes of its example.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { printEntry } from "../graph/print.ts";
import { add, matmul, mean, mul, optim, sub, tanh, traceEntry, valueAndGrad, zerosData } from "../index.ts";
import { namesOfRows } from "../runtime/null.ts";
import { compileEntries } from "./compile.ts";
import { printPlan, printSteps } from "./print-steps.ts";
import { simplify } from "./simplify.ts";

const doc = readFileSync(new URL("../../../../docs/design/tensor.md", import.meta.url), "utf8");

const layer = { weight: zerosData([3, 2]), bias: zerosData([2]) };
const optimizer = optim.sgd({ learningRate: 0.5 });
const entry = traceEntry(
  "train",
  { layer, optimizer: optimizer.init(layer) },
  { x: zerosData([8, 3]), y: zerosData([8, 2]) },
  ({ state, inputs }) => {
    const [loss, slopes] = valueAndGrad((own: typeof state.layer) => {
      const h = tanh(add(matmul(inputs.x, own.weight), own.bias));
      const gap = sub(h, inputs.y);
      return mean(mul(gap, gap));
    })(state.layer);
    const next = optimizer.update(state.layer, slopes, state.optimizer);
    return { state: { layer: next.parameters, optimizer: next.state }, outputs: { loss } };
  },
);

describe("the documented example", () => {
  it("has the printed graph, steps and plan", () => {
    const { planned } = compileEntries([entry], namesOfRows()).entries[0]!;
    for (const text of [printEntry(simplify(entry)), printSteps(planned.entry), printPlan(planned)])
      expect(doc).toContain(`\`\`\`text\n${text.trim()}\n\`\`\``);
  });
});
