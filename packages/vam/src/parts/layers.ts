// Layers that several parts are made of.

import { nn, relu, type Tensor, type TensorData } from "@verisim/tensor";

export type Layers<T> = readonly nn.LinearParameters<T>[];

/** Linear layers. @param inputs widths of the first layer's inputs; @param widths of all layers' outputs */
export function initLayers(
  at: nn.Initializer,
  inputs: readonly number[],
  widths: readonly number[],
): Layers<TensorData> {
  return widths.map((outputs, i) =>
    nn.initLinear(at.at("layers", i), { inputs: i === 0 ? inputs : widths[i - 1]!, outputs }),
  );
}

/** Linear layers with ReLU between them. */
export function perceptron(
  layers: Layers<Tensor>,
  input: nn.LinearInput | readonly nn.LinearInput[],
): Tensor {
  return layers
    .slice(1)
    .reduce((hidden, layer) => nn.linear(layer, relu(hidden)), nn.linear(layers[0]!, input));
}
