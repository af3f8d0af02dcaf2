// Optimizer steps, parameter by parameter; the formulas are those of docs/design/tensor-program.md.

import type { Tensor } from "@tensorflow/tfjs";
import type { Attributes } from "@verisim/tensor";
import type { Lowering, Tf } from "./lowering.ts";

const number = (attributes: Attributes, name: string): number => attributes[name] as number;

function groups(inputs: readonly Tensor[], leading: number, size: number): Tensor[][] {
  const count = (inputs.length - leading) / size;
  return Array.from({ length: count }, (_, i) => inputs.slice(leading + i * size, leading + (i + 1) * size));
}

/** share a + (1 - share) b */
function mix(tf: Tf, share: number, a: Tensor, b: Tensor): Tensor {
  return tf.add(tf.mul(a, share), tf.mul(b, 1 - share));
}

const adam: Lowering = (tf, { attributes }, inputs) => {
  const [beta1, beta2] = [number(attributes, "beta1"), number(attributes, "beta2")];
  const decay = number(attributes, "weightDecay");
  const [t, rate] = inputs as readonly [Tensor, Tensor];
  const [bias1, bias2] = [beta1, beta2].map((beta) => tf.sub(1, tf.pow(beta, t)));
  return groups(inputs, 2, 4).flatMap(([p, gradient, m, v]) => {
    const g = attributes.decoupled ? gradient! : tf.add(gradient!, tf.mul(p!, decay));
    const mean = mix(tf, beta1, m!, g);
    const square = mix(tf, beta2, v!, tf.square(g));
    const scale = tf.add(tf.sqrt(tf.div(square, bias2!)), number(attributes, "epsilon"));
    const start = attributes.decoupled ? tf.sub(p!, tf.mul(tf.mul(p!, decay), rate)) : p!;
    return [tf.sub(start, tf.mul(rate, tf.div(tf.div(mean, bias1!), scale))), mean, square];
  });
};

const sgd: Lowering = (tf, { attributes }, inputs) => {
  const [rate] = inputs as readonly [Tensor];
  const momentum = number(attributes, "momentum");
  return groups(inputs, 1, 3).flatMap(([p, gradient, velocity]) => {
    const g = tf.add(gradient!, tf.mul(p!, number(attributes, "weightDecay")));
    const next = tf.add(tf.mul(velocity!, momentum), g);
    return [tf.sub(p!, tf.mul(rate, attributes.nesterov ? tf.add(g, tf.mul(next, momentum)) : next)), next];
  });
};

const ema: Lowering = (tf, { attributes }, inputs) =>
  groups(inputs, 0, 2).map(([target, source]) => mix(tf, number(attributes, "decay"), target!, source!));

export const updateLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["adam", adam],
  ["sgd", sgd],
  ["ema", ema],
]);
