// What all of SMOTE's family share: a row and one of its neighbours are drawn together, and the new row lies between
// them (Chawla et al. 2002, section 4.2); categories by vote of the row's neighbours (section 6.1).

import { wholeNumbers } from "../draws.ts";
import type { NewRows } from "../new-rows.ts";
import type { NeighbourTable, Work } from "../work.ts";

export interface InterpolationRequest {
  readonly label: number;
  /** Sets this part's random numbers apart from those of the class's other parts. */
  readonly part?: string;
  /** Rows to start from, and their neighbours. */
  readonly bases: Int32Array;
  readonly neighbours: NeighbourTable;
  readonly count: number;
  /** Largest share; below 0 it leads away from the neighbour. Default 1. */
  readonly step?: number;
  /** How often each base is used; default: drawn. */
  readonly perBase?: Int32Array;
}

export async function interpolate(work: Work, request: InterpolationRequest): Promise<NewRows> {
  const { label, bases, neighbours, count, step = 1, perBase } = request;
  const { k } = neighbours;
  const stream = [work.classes[label], request.part].filter(Boolean).join(" ");
  const base = new Int32Array(count);
  const other = new Int32Array(count);
  const at = new Int32Array(count);
  const share = await work.draws.uniforms(`${stream}: share`, count);
  if (step !== 1) for (let i = 0; i < count; i++) share[i]! *= step;
  if (perBase) {
    const picks = wholeNumbers(await work.draws.uniforms(`${stream}: neighbour`, count), k);
    for (let place = 0, i = 0; place < bases.length; place++)
      for (let used = 0; used < perBase[place]!; used++, i++) {
        at[i] = place;
        other[i] = neighbours.rows[place * k + picks[i]!]!;
      }
  } else {
    const picks = wholeNumbers(
      await work.draws.uniforms(`${stream}: row and neighbour`, count),
      bases.length * k,
    );
    for (let i = 0; i < count; i++) {
      at[i] = Math.floor(picks[i]! / k);
      other[i] = neighbours.rows[picks[i]!]!;
    }
  }
  for (let i = 0; i < count; i++) base[i] = bases[at[i]!]!;
  return { label, base, other, share, ...(await votersOf(work, stream, neighbours, at)) };
}

/** The neighbours of each new row's base as voters, where there is anything to vote on. */
export async function votersOf(
  work: Work,
  stream: string,
  neighbours: NeighbourTable,
  at: Int32Array,
): Promise<Pick<NewRows, "voters" | "ties">> {
  const { categories } = work.features;
  if (categories.length === 0) return {};
  const ties: Float64Array[] = [];
  for (const { name } of categories)
    ties.push(await work.draws.uniforms(`${stream}: vote ${name}`, at.length));
  return { voters: { rows: neighbours.rows, k: neighbours.k, at }, ties };
}
