// How well VAM fills what is missing, beside column means and modes, and nearest neighbours whose number is chosen by
// validation: root mean squared error over a column's deviation, and the share of right categories. The models learn the
// records with holes and fill those; what was removed is only used to judge.
// Run: node --conditions=verisim-source imputation.ts [digits-cells|digits-views|patients ...] [--seeds N] [--steps N]

import { parseArgs } from "node:util";
import { VAM } from "@verisim/vam";
import { fillByColumn, fillByNeighbours } from "./imputation/baselines.ts";
import { type Cells, fitOf, type Holed, meanOf, removeCells } from "./imputation/cells.ts";
import { cellsOf, digits, digitViews, patients, tableOf } from "./imputation/records.ts";

const share = 0.3;
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: "string", default: "3" }, steps: { type: "string", default: "1000" } },
});
const seeds = Number(given.seeds);
const options = {
  epochs: 1,
  minSteps: Number(given.steps),
  batchSize: 200,
  compressDims: [256],
  decompressDims: [256],
  maskedShare: 0.8,
};

/** A task: whole cells, how they are removed, and how VAM fills them. */
interface Task {
  readonly whole: Cells;
  readonly by: "cells" | "views";
  fill(holed: Holed, seed: number): Promise<Float64Array>;
}

/** The columns of every view, by their numbers. */
function columnsOfViews({ columns }: Cells): number[][] {
  return digitViews.map((view) => columns.flatMap((column, i) => (column.view === view ? [i] : [])));
}

async function digitTask(by: "cells" | "views"): Promise<Task> {
  const whole = await digits();
  const width = whole.columns.length;
  return {
    whole,
    by,
    fill: async ({ values, rowCount }, seed) => {
      const views = columnsOfViews(whole);
      const vectors = Object.fromEntries(
        views.map((columns, i) => {
          const own = new Float64Array(rowCount * columns.length);
          for (let at = 0; at < own.length; at++) {
            const [row, dim] = [Math.floor(at / columns.length), at % columns.length];
            own[at] = values[row * width + columns[dim]!]!;
          }
          return [digitViews[i]!, { values: own, dims: columns.length }];
        }),
      );
      const model = await new VAM({ ...options, lossFactor: 1 }).fitRecords({ rowCount, vectors }, { seed });
      const filled = await model.impute({ rowCount, vectors });
      const result = values.slice();
      views.forEach((columns, i) => {
        const own = filled.vectors![digitViews[i]!]!.values;
        for (let at = 0; at < own.length; at++) {
          const [row, dim] = [Math.floor(at / columns.length), at % columns.length];
          result[row * width + columns[dim]!] = own[at]!;
        }
      });
      return result;
    },
  };
}

async function patientTask(): Promise<Task> {
  const { table, metadata } = await patients();
  const whole = cellsOf(table);
  return {
    whole,
    by: "cells",
    fill: async (holed, seed) => {
      const gaps = tableOf(table, holed);
      const model = await new VAM({ ...options, maxBlocks: 24 }).fit(gaps, { metadata, seed });
      return cellsOf(await model.impute(gaps)).values;
    },
  };
}

const tasks: Readonly<Record<string, () => Promise<Task>>> = {
  "digits-cells": () => digitTask("cells"),
  "digits-views": () => digitTask("views"),
  patients: patientTask,
};

for (const name of positionals.length > 0 ? positionals : Object.keys(tasks)) {
  const task = await tasks[name]!();
  const { whole, by } = task;
  const scores = new Map<string, { rmse: number[]; accuracy: number[] }>();
  const seconds: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const holed = removeCells(whole, share, by, seed);
    const started = performance.now();
    const vam = await task.fill(holed, seed);
    seconds.push((performance.now() - started) / 1000);
    const fills = { vam, mean: fillByColumn(holed), neighbours: fillByNeighbours(holed, share, by).filled };
    for (const [side, filled] of Object.entries(fills)) {
      const { rmse, accuracy } = fitOf(whole, holed, filled);
      const own = scores.get(side) ?? { rmse: [], accuracy: [] };
      scores.set(side, { rmse: [...own.rmse, rmse], accuracy: [...own.accuracy, accuracy] });
    }
  }
  for (const [side, { rmse, accuracy }] of scores) {
    const right = Number.isNaN(accuracy[0]) ? "" : `, ${meanOf(accuracy).toFixed(4)} right`;
    const each = rmse.map((one) => one.toFixed(4)).join(" ");
    console.log(`${name} ${side}: error ${meanOf(rmse).toFixed(4)} (${each})${right}`);
  }
  console.log(`${name} vam: ${meanOf(seconds).toFixed(0)} s to fit and fill`);
}
