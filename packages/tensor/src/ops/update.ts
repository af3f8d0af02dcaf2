// Optimizer steps over all parameters of a model at once: one instruction that writes them in place. An update yields
// several results, which `part` reads; it has no gradient.

import type { Tensor } from "../graph/tensor.ts";
import { sameShape, shapeError, shapeText } from "../shape.ts";
import type { Attributes, Operation, ReferenceArray, TensorType } from "./operation.ts";
import { dtypeError } from "./pointwise-row.ts";

/** How the inputs of an update lie: `leading` single numbers, then groups of tensors of one shape, one per parameter. */
interface Layout {
  readonly leading: number;
  readonly group: number;
  /** Which tensors of a group are overwritten. */
  readonly written: readonly number[];
}

function groupsOf<T>(inputs: readonly T[], { leading, group }: Layout): T[][] {
  const groups: T[][] = [];
  for (let at = leading; at < inputs.length; at += group) groups.push(inputs.slice(at, at + group));
  return groups;
}

function check(name: string, layout: Layout, inputs: readonly TensorType[]): void {
  for (const { dtype } of inputs) if (dtype !== "f32") throw dtypeError(name, "f32", dtype);
  for (const { shape } of inputs.slice(0, layout.leading))
    if (shape.length > 0)
      throw shapeError(name, `Expected a single number but received shape ${shapeText(shape)}`);
  if (inputs.length === layout.leading)
    throw shapeError(name, "Expected at least one parameter but received none");
  for (const [first, ...others] of groupsOf(inputs, layout))
    for (const other of others)
      if (!sameShape(other.shape, first!.shape))
        throw shapeError(
          name,
          `Expected tensors of the parameter's shape ${shapeText(first!.shape)} but received ${shapeText(other.shape)}`,
        );
}

function makeUpdate(
  name: string,
  layout: Layout,
  /** New numbers of a group's written tensors, element by element. */
  step: (attributes: Attributes, leading: readonly number[]) => (...x: number[]) => readonly number[],
  lower: (parameters: number, attributes: Attributes) => { ints: number[]; floats: number[] },
): Operation {
  return {
    name,
    kind: "update",
    // the node itself stands for all results; its type is the first one's
    infer: (inputs) => {
      check(name, layout, inputs);
      return { shape: inputs[layout.leading]!.shape, dtype: "f32" };
    },
    inferParts: (inputs) =>
      groupsOf(inputs, layout).flatMap((group) =>
        layout.written.map((i) => ({ shape: group[i]!.shape, dtype: "f32" as const })),
      ),
    overwrites: (inputs) =>
      groupsOf(inputs, layout).flatMap((_, parameter) =>
        layout.written.map((i) => layout.leading + parameter * layout.group + i),
      ),
    reference: (inputs: readonly ReferenceArray[], attributes) => {
      const next = step(
        attributes,
        inputs.slice(0, layout.leading).map(({ data }) => data[0]!),
      );
      return groupsOf(inputs, layout).flatMap((group) => {
        const results = layout.written.map(() => new Float64Array(group[0]!.data.length));
        for (let i = 0; i < group[0]!.data.length; i++)
          next(...group.map(({ data }) => data[i]!)).forEach((value, result) => {
            results[result]![i] = value;
          });
        return results;
      });
    },
    lower: ({ inputs, attributes }) => lower((inputs.length - layout.leading) / layout.group, attributes),
  };
}

const numberOf = (attributes: Attributes, name: string): number => attributes[name] as number;

/** Inputs: t, rate, then p, g, m, v per parameter. Parts: p, m, v per parameter. Attributes: see AdamOptions. */
export const adamOperation: Operation = makeUpdate(
  "adam",
  { leading: 2, group: 4, written: [0, 2, 3] },
  (attributes, [t, rate]) => {
    const [beta1, beta2] = [numberOf(attributes, "beta1"), numberOf(attributes, "beta2")];
    const [epsilon, decay] = [numberOf(attributes, "epsilon"), numberOf(attributes, "weightDecay")];
    return (p, gradient, m, v) => {
      const g = gradient! + (attributes.decoupled ? 0 : decay * p!);
      const first = beta1 * m! + (1 - beta1) * g;
      const second = beta2 * v! + (1 - beta2) * g * g;
      const change = first / (1 - beta1 ** t!) / (Math.sqrt(second / (1 - beta2 ** t!)) + epsilon);
      return [p! - (attributes.decoupled ? rate! * decay * p! : 0) - rate! * change, first, second];
    };
  },
  (parameters, attributes) => ({
    ints: [parameters, attributes.decoupled ? 1 : 0],
    floats: ["beta1", "beta2", "epsilon", "weightDecay"].map((name) => numberOf(attributes, name)),
  }),
);

/** Inputs: rate, then p, g, velocity per parameter. Parts: p, velocity per parameter. Attributes: see SgdOptions. */
export const sgdOperation: Operation = makeUpdate(
  "sgd",
  { leading: 1, group: 3, written: [0, 2] },
  (attributes, [rate]) => {
    const [momentum, decay] = [numberOf(attributes, "momentum"), numberOf(attributes, "weightDecay")];
    return (p, gradient, velocity) => {
      const g = gradient! + decay * p!;
      const next = momentum * velocity! + g;
      return [p! - rate! * (attributes.nesterov ? g + momentum * next : next), next];
    };
  },
  (parameters, attributes) => ({
    ints: [parameters, attributes.nesterov ? 1 : 0],
    floats: [numberOf(attributes, "momentum"), numberOf(attributes, "weightDecay")],
  }),
);

/** Inputs: target, source per parameter. Parts: target per parameter. Attributes: decay. */
export const emaOperation: Operation = makeUpdate(
  "ema",
  { leading: 0, group: 2, written: [0] },
  ({ decay }) =>
    (target, source) => [(decay as number) * target! + (1 - (decay as number)) * source!],
  (parameters, attributes) => ({ ints: [parameters], floats: [numberOf(attributes, "decay")] }),
);

/** Result number `index` of an update. Attributes: index. */
export const partOperation: Operation = {
  name: "part",
  kind: "movement",
  infer: ([update], { index }) => {
    const { op, inputs, attributes } = update as Tensor;
    return op.inferParts!(inputs, attributes)[index as number]!;
  },
};

/** Result number `index` of an update node. */
export function part(update: Tensor, index: number): Tensor {
  return update.graph.make(partOperation, [update], { index });
}

/** One result per written tensor, group by group. */
function partsOf(update: Tensor, perParameter: number): Tensor[][] {
  const count = update.op.inferParts!(update.inputs, update.attributes).length;
  return Array.from({ length: count / perParameter }, (_, parameter) =>
    Array.from({ length: perParameter }, (_, i) => part(update, parameter * perParameter + i)),
  );
}

/** A parameter with its gradient and Adam's running means of it and of its square, all of one shape. */
export interface AdamParameter {
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly mean: Tensor;
  readonly square: Tensor;
}

/** Options of one Adam step. */
export interface AdamOptions {
  /** Decay of the running mean, [0, 1); default 0.9. */
  readonly beta1?: number;
  /** Decay of the running mean of squares, [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square; default 1e-8. */
  readonly epsilon?: number;
  /** Pull towards 0; default 0. */
  readonly weightDecay?: number;
  /** The pull acts on the parameter (AdamW, Loshchilov and Hutter 2019) and not on the gradient; default false. */
  readonly decoupled?: boolean;
}

/**
 * One step of Adam (Kingma and Ba 2015) for all parameters.
 * @param count the number of this step as a single f32, from 1
 * @param rate learning rate, a single f32
 * @returns new value, mean and square per parameter
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function adam(
  count: Tensor,
  rate: Tensor,
  parameters: readonly AdamParameter[],
  options: AdamOptions = {},
): Omit<AdamParameter, "gradient">[] {
  const inputs = parameters.flatMap(({ value, gradient, mean, square }) => [value, gradient, mean, square]);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decoupled = false } = options;
  const attributes = { beta1, beta2, epsilon, weightDecay, decoupled };
  const update = count.graph.make(adamOperation, [count, rate, ...inputs], attributes);
  return partsOf(update, 3).map(([value, mean, square]) => ({ value: value!, mean: mean!, square: square! }));
}

/** A parameter with its gradient and velocity, all of one shape. */
export interface SgdParameter {
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly velocity: Tensor;
}

/** Options of one step of gradient descent. */
export interface SgdOptions {
  /** Share of the velocity that is kept, [0, 1); default 0. */
  readonly momentum?: number;
  /** Pull towards 0; default 0. */
  readonly weightDecay?: number;
  /** Looks ahead by one step (Nesterov 1983); default false. */
  readonly nesterov?: boolean;
}

/**
 * One step of gradient descent with momentum for all parameters.
 * @param rate learning rate, a single f32
 * @returns new value and velocity per parameter
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function sgd(
  rate: Tensor,
  parameters: readonly SgdParameter[],
  options: SgdOptions = {},
): Omit<SgdParameter, "gradient">[] {
  const inputs = parameters.flatMap(({ value, gradient, velocity }) => [value, gradient, velocity]);
  const { momentum = 0, weightDecay = 0, nesterov = false } = options;
  const update = rate.graph.make(sgdOperation, [rate, ...inputs], { momentum, weightDecay, nesterov });
  return partsOf(update, 2).map(([value, velocity]) => ({ value: value!, velocity: velocity! }));
}

/**
 * Running means of parameters: decay target + (1 - decay) source for every pair.
 * @param decay in [0, 1]
 * @returns the new targets
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function ema(
  pairs: readonly { readonly target: Tensor; readonly source: Tensor }[],
  decay: number,
): Tensor[] {
  const inputs = pairs.flatMap(({ target, source }) => [target, source]);
  if (inputs.length === 0) return [];
  return partsOf(inputs[0]!.graph.make(emaOperation, inputs, { decay }), 1).map(([target]) => target!);
}
