// Would this report have seen copies? They are planted among the synthetic rows that were searched for, and the same test
// is put to them.

import { drawToFront, RowRandom, type RunOptions, streamKey, throwIfAborted } from "@verisim/core";
import type { SelfTest } from "../privacy-report.ts";
import { pickRows } from "../tables/prepared-tables.ts";
import type { CopyEvents, CopySearch, CopyVerdict } from "./copy-search.ts";
import type { Events } from "./nearest-events.ts";

export interface SelfTestOptions {
  /** Share of the synthetic rows that are replaced, above 0 and at most 1. Default 0.01. */
  share?: number;
  /** Times that each kind is planted, 1 or more. Default 5. */
  trials?: number;
}

/** Share of the training rows that count as outliers: those farthest from any other real row. */
const outlierShare = 0.1;

/**
 * Plants copies and searches them.
 *
 * @param found the events of the synthetic rows as they are, and the verdict on them
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function selfTest(
  search: CopySearch,
  found: { events: CopyEvents; verdict: CopyVerdict },
  { share = 0.01, trials = 5 }: SelfTestOptions,
  run: RunOptions,
): Promise<SelfTest> {
  const { tables, trainingDistances } = search;
  const { training, nearCopies, searched, encoder, seed } = tables;
  const searchedRows = found.events.distance.targets.length;
  const copies = Math.max(1, Math.min(searched.training.length, Math.round(share * searchedRows)));
  const everyone = [...searched.training.keys()];
  const lonely = [...everyone].sort(
    (a, b) => loneliness(trainingDistances, b) - loneliness(trainingDistances, a),
  );
  const outliers = lonely.slice(0, Math.max(copies, Math.ceil(outlierShare * lonely.length)));
  const kinds: SelfTest["kinds"] = [];
  for (const kind of ["verbatim", "near", "outliers"] as const) {
    throwIfAborted(run.signal);
    const draws = Array.from({ length: trials }, (_, trial) => {
      const random = new RowRandom(streamKey(seed, "privacy", "self-test", kind), trial);
      return {
        chosen: draw(kind === "outliers" ? outliers : everyone, copies, random),
        places: draw([...Array(searchedRows).keys()], copies, random),
      };
    });
    const all = draws.flatMap(({ chosen }) => chosen);
    const verbatim = all.map((place) => searched.training[place]!);
    // One search for the plants of all trials: most of its time is the same for one row and for many.
    const planted = await search.events(
      kind === "verbatim" ? pickRows(training, verbatim, encoder) : pickRows(nearCopies, all, encoder),
      run,
    );
    let seen = 0;
    for (const [trial, { places }] of draws.entries()) {
      const { distance, agreement } = found.events;
      const { found: isSeen } = search.judge({
        distance: replaced(distance, planted.distance, trial * copies, places),
        agreement: replaced(agreement, planted.agreement, trial * copies, places),
      });
      if (isSeen) seen++;
    }
    kinds.push({ kind, copies, trials, seen });
  }
  return {
    share,
    kinds,
    wouldSeeCopies: kinds.every(({ seen }) => seen === trials),
    alreadyFound: found.verdict.found,
  };
}

/** Distance of a training row that was searched for to any other real row. */
function loneliness({ training, holdout }: CopySearch["trainingDistances"], place: number): number {
  const own = training.distances[place * training.k]!;
  return holdout ? Math.min(own, holdout.distances[place * holdout.k]!) : own;
}

function draw(from: readonly number[], count: number, random: RowRandom): number[] {
  return drawToFront([...from], count, random).slice(0, count);
}

/** Events with those of planted rows, from number `first` on, in some places. */
function replaced(events: Events, planted: Events, first: number, places: readonly number[]): Events {
  const targets = events.targets.slice();
  const scores = events.scores.slice();
  const chances = events.chances?.slice();
  for (const [i, place] of places.entries()) {
    targets[place] = planted.targets[first + i]!;
    scores[place] = planted.scores[first + i]!;
    if (chances && planted.chances) chances[place] = planted.chances[first + i]!;
  }
  return { targets, scores, ...(chances ? { chances } : {}) };
}
