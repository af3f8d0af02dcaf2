// Random under-sampling: as many rows of a class as wanted, drawn without replacement.

import { randomOrder } from "../draws.ts";
import type { Outcome, Work } from "../work.ts";
import { keepPerClass } from "./selections.ts";

export async function randomUnder(work: Work): Promise<Outcome> {
  const kept = await keepPerClass(work, async (label, rows, count) => {
    const order = await randomOrder(work.draws, `${work.classes[label]}: kept`, rows.length);
    return Int32Array.from(order.subarray(0, count), (place) => rows[place]!);
  });
  return { kept, made: [] };
}
