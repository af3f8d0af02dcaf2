// How columns hang together: one heat map per table and one of the difference, related columns side by side; then the
// weakest pairs in words. Small tables show the three maps at once, wide ones one at a time.

import type { PairTrend, Score } from "@verisim/evaluate";
import { clusterOrder } from "../charts/column-order.ts";
import { cellSize, type HeatMap, heatMap, heatMapKey } from "../charts/heat-map.ts";
import { scoreBar } from "../charts/score-bar.ts";
import { type Html, html, scriptJson } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, percent, relation } from "../text.ts";
import { jointIds, jointList } from "./joints.ts";
import { data, type Section } from "./section.ts";

/** Columns in a heat map; of wider tables those in the weakest pairs are drawn. */
const mapLimit = 120;
/** Up to here the three maps stand side by side. */
const sideBySideLimit = 16;
const rowLimit = 20;

interface PairMatrix {
  names: string[];
  at: (row: number, column: number) => PairTrend | null;
}

// A pair's key is its two places in the table: names may hold any character.
function pairMatrix(view: ReportView): PairMatrix {
  const { pairs } = view.evaluation.quality.columnPairTrends;
  const place = new Map<string, number>();
  const weakestFirst = [...view.rankedPairs, ...pairs.filter((pair) => pair.score === null)];
  for (const { column1, column2 } of weakestFirst)
    for (const name of [column1, column2])
      if (place.size < mapLimit && !place.has(name)) place.set(name, place.size);
  const size = place.size;
  const cells: (PairTrend | null)[] = Array.from({ length: size * size }, () => null);
  for (const pair of pairs) {
    const [i, j] = [place.get(pair.column1), place.get(pair.column2)];
    if (i === undefined || j === undefined) continue;
    cells[i * size + j] = pair;
    cells[j * size + i] = pair;
  }
  const order = clusterOrder(size, (i, j) => Math.abs(cells[i * size + j]?.real ?? 0));
  const names = [...place.keys()];
  return {
    names: order.map((index) => names[index]!),
    at: (row, column) => cells[order[row]! * size + order[column]!] ?? null,
  };
}

const thousandths = (value: Score | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : Math.round(value * 1000);

/** What the script needs to name the pair under the pointer: upper triangle, row by row, in thousandths. */
function mapData({ names, at }: PairMatrix): Html {
  const pairs = names.flatMap((_, row) =>
    names.slice(row + 1).map((_, offset) => {
      const pair = at(row, row + 1 + offset);
      if (pair === null) return 0;
      const figures = [thousandths(pair.real), thousandths(pair.synthetic), thousandths(pair.score)];
      return [...figures, pair.counted ? 1 : 0, pair.metric === "CorrelationSimilarity" ? 1 : 0];
    }),
  );
  return html`<script type="application/json" id="pair-data">${scriptJson({ names, pairs })}</script>`;
}

function maps(view: ReportView): Html {
  const matrix = pairMatrix(view);
  const { names, at } = matrix;
  const isWide = names.length > sideBySideLimit;
  const cell = isWide ? Math.max(11, Math.min(24, Math.floor(900 / names.length))) : cellSize(names.length);
  const shared = { names, cell };
  const all: HeatMap[] = [
    { ...shared, title: "Real", kind: "relation", value: (i, j) => at(i, j)?.real ?? null },
    { ...shared, title: "Synthetic", kind: "relation", value: (i, j) => at(i, j)?.synthetic ?? null },
    {
      ...shared,
      title: "Difference",
      kind: "difference",
      value: (i, j) => {
        const pair = at(i, j);
        return pair === null || pair.real === null || pair.synthetic === null
          ? null
          : pair.synthetic - pair.real;
      },
    },
  ];
  const paired = new Set(
    view.evaluation.quality.columnPairTrends.pairs.flatMap((pair) => [pair.column1, pair.column2]),
  );
  return html`${
    paired.size > names.length &&
    html`<p class="quiet">Drawn are the ${count(names.length)} of ${count(paired.size)} columns in the weakest pairs.</p>`
  }<div class="${isWide ? "maps one-at-a-time" : "maps"}">${
    isWide &&
    all.map(
      ({ title }, index) =>
        html`<input type="radio" name="map" id="map-${index}"${index === 2 && html` checked`}><label for="map-${index}">${title}</label>`,
    )
  }${all.map(
    (map) =>
      html`<figure class="map"><figcaption><b>${map.title}</b> ${heatMapKey(map.kind)}</figcaption>${heatMap(map)}</figure>`,
  )}</div><p class="map-readout" id="map-readout" role="status">Point at a cell, or move with the arrow keys, to read a pair.</p>
${mapData(matrix)}`;
}

function pairRow(pair: PairTrend, hasHoldout: boolean, id: string | null): Html {
  const names = html`<span class="name">${data(pair.column1)}</span> <span class="quiet">\u00d7</span>
<span class="name">${data(pair.column2)}</span>`;
  return html`<tr><th scope="row">${id === null ? names : html`<a href="#${id}">${names}</a>`}</th><td class="number score">${scoreBar(pair.score, pair.ceiling)}<span class="fixed">${percent(pair.score)}</span></td>
${hasHoldout && html`<td class="number">${percent(pair.ceiling)}</td>`}<td class="number">${relation(pair.real)}</td>
<td class="number">${relation(pair.synthetic)}</td>
<td class="quiet">${pair.metric === "CorrelationSimilarity" ? "correlation" : "contingency"}</td></tr>`;
}

/** Null for tables with fewer than two comparable columns. */
export function pairSection(view: ReportView): Section | null {
  const { pairs } = view.evaluation.quality.columnPairTrends;
  if (pairs.length === 0) return null;
  const countedPairs = view.rankedPairs.filter((pair) => pair.counted);
  const shown = countedPairs.slice(0, rowLimit);
  const idOf = jointIds(view);
  const left = pairs.length - countedPairs.length;
  return {
    id: "pairs",
    nav: "Pairs",
    title: "Pairs of columns",
    lead: html`Correlation between numbers, association (Cram\u00e9r\u2019s V, 0 to 1) where a category takes part. The synthetic
map should look like the real one, and the difference should be pale. Grey: not defined.`,
    body: html`${maps(view)}<h3>Weakest pairs</h3>
${
  left > 0 &&
  html`<p class="quiet">${count(left)} of ${count(pairs.length)} pairs are left out of the average: too weakly related in the
real table, or not defined.</p>`
}
<div class="table-scroll"><table><thead><tr><th scope="col">Pair</th><th scope="col" class="number">Score</th>
${view.hasHoldout && html`<th scope="col" class="number">Real holdout</th>`}<th scope="col" class="number">Real</th>
<th scope="col" class="number">Synthetic</th><th scope="col">Compared by</th></tr></thead>
<tbody>${shown.map((pair) => pairRow(pair, view.hasHoldout, idOf(pair.column1, pair.column2)))}</tbody></table></div>
${countedPairs.length > shown.length && html`<p class="quiet small">${count(shown.length)} of ${count(countedPairs.length)} counted pairs.</p>`}
${jointList(view)}`,
  };
}
