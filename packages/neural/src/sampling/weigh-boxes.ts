// How likely each box of a condition is under the model: the mean of its probability over candidates of a fixed seed, so
// that a request cut into parts weighs its boxes alike.

import type { AllowedBox } from "../encoding/layout.ts";
import { CandidateView } from "./candidate-view.ts";
import type { PlaceMaps } from "./place-maps.ts";
import { type RowSampler, windowRows } from "./row-sampler.ts";

const windows = 2;

/** Mean probabilities; equal ones where no network is. */
export async function weighBoxes(
  sampler: RowSampler | undefined,
  maps: PlaceMaps,
  boxes: readonly AllowedBox[],
): Promise<Float64Array> {
  if (!sampler) return new Float64Array(boxes.length).fill(1);
  const { layout } = sampler.parts;
  const weights = new Float64Array(boxes.length);
  for (let window = 0; window < windows; window++) {
    const view = new CandidateView(
      layout,
      maps,
      await sampler.judge({ rowStart: window * windowRows, seed: 3 }),
    );
    boxes.forEach((box, place) => {
      for (let row = 0; row < windowRows; row++) weights[place]! += view.probability(box, row);
    });
  }
  return weights;
}
