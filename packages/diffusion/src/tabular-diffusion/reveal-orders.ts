// In which step each category of a row is drawn and shown: orders at random, one of a fixed number of them per row, each of
// which spreads the categories evenly over the steps, so that as few as can be are drawn in one step and without
// regard to each other.

import { drawToFront, RowRandom, streamKey } from "@verisim/core";

/** Orders to choose from. */
const orders = 512;

/** f32 [count, categories]: the step after which each category is shown; the last step's are drawn by the caller. */
export function revealOrders(categories: number, steps: number): { count: number; stepOf: Float32Array } {
  const stepOf = new Float32Array(orders * categories);
  for (let order = 0; order < orders; order++) {
    const places = Array.from({ length: categories }, (_, i) => i);
    drawToFront(places, categories, new RowRandom(streamKey(0, "reveal"), order)).forEach(
      (category, rank) => {
        stepOf[order * categories + category] = Math.floor(((rank + 0.5) * steps) / categories);
      },
    );
  }
  return { count: orders, stepOf };
}
