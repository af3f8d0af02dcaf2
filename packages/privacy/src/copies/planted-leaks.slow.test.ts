// Copies planted in tables that are otherwise independent of the training rows: how many seeds show them, and how many
// show copies where there are none. An alarm without copies is meant to come in 1 of 100 tables: more than 5 of 100 come
// with a chance of 5e-4.

import { describe, expect, it } from "vitest";
import { draw, metadataOf, type Plant, type Population, plant } from "../../fixtures/tables.ts";
import { copyTest } from "./copy-test.ts";

const seeds = 100;

const tables: readonly (readonly [Population, width: number, rows: number, holdout: number])[] = [
  ["numbers", 10, 1000, 1000],
  ["numbers", 6, 2000, 1000],
  ["mixed", 8, 1000, 1000],
  ["mixed", 10, 1500, 1500],
  ["categories", 12, 1000, 1000],
];

const leaks: readonly (readonly [
  string,
  share: number,
  how: Omit<Plant, "count" | "seed">,
  least: number,
])[] = [
  ["nothing", 0, {}, 0],
  ["0.5 % verbatim: five of a thousand rows are few for any test", 0.005, {}, 40],
  ["1 % verbatim", 0.01, {}, 100],
  ["1 % near, each number moved by a fiftieth of its deviation", 0.01, { noise: 0.02 }, 100],
  ["1 % outliers, moved likewise", 0.01, { noise: 0.02, outliers: true }, 100],
  ["5 % near, moved by a twentieth", 0.05, { noise: 0.05 }, 100],
];

describe.each(tables)("%s, %i columns, %i rows, %i held out", (population, width, rows, held) => {
  const metadata = metadataOf(population, width);

  it.each(leaks)(
    "%s",
    async (_, share, how, least) => {
      let found = 0;
      for (let seed = 0; seed < seeds; seed++) {
        // What is decided need not be counted to its end: enough are found, or too few can be.
        if (share > 0 && (found >= least || found + seeds - seed < least)) break;
        const real = draw(population, width, rows, 3 * seed + 1);
        const holdout = draw(population, width, held, 3 * seed + 2);
        const independent = draw(population, width, rows, 3 * seed + 3);
        const synthetic = plant(independent, real, { count: Math.round(share * rows), seed, ...how });
        if ((await copyTest({ real, synthetic, holdout, metadata, seed })).found) found++;
      }
      if (share === 0) expect(found).toBeLessThanOrEqual(5);
      else expect(found).toBeGreaterThanOrEqual(least);
    },
    600_000,
  );
});
