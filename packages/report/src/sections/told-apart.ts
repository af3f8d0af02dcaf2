// Can anything tell the synthetic rows from the real ones? The boosted trees' curve and the columns that gave it away, the
// rows on one plane, and single rows by their neighbourhoods.

import type { Evaluation, PrecisionRecallReport, TwoSampleReport } from "@verisim/evaluate";
import { intervalMark } from "../charts/interval-mark.ts";
import { rocChart } from "../charts/roc-chart.ts";
import { densityPicture, surplusPicture } from "../charts/share-maps.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, percent } from "../text.ts";
import { columnLink, estimateInline, figure, leftOut, meansCell, table, three } from "./figure-text.ts";
import { data, overlayKey, type Section } from "./section.ts";

const shownColumns = 12;

function tellingRow(
  view: ReportView,
  { column, gainShare, auc }: TwoSampleReport["columns"][0],
  most: number,
): Html {
  return html`<tr><th scope="row">${columnLink(view, column)}</th><td><svg class="share-bar" width="120" height="10" aria-hidden="true">
<rect width="${((gainShare / (most || 1)) * 120).toFixed(1)}" height="10"/></svg></td>
<td class="number">${percent(gainShare)}</td><td class="number">${three(auc)}</td></tr>`;
}

function twoSample(view: ReportView, test: TwoSampleReport): Html {
  const { auc, ceiling, rowsPerSide, folds, columns } = test;
  const label = `ROC curve of the two-sample test: area ${three(auc.value)}${ceiling ? `, real holdout ${three(ceiling.auc.value)}` : ""}`;
  const most = Math.max(...columns.map(({ gainShare }) => gainShare), 0);
  return html`<h3>By boosted trees</h3><div class="split"><figure class="narrow-figure">${overlayKey(view.hasHoldout, false)}${rocChart(test, label)}</figure><div>
<p>Trees that learnt ${folds - 1} of ${folds} parts of ${count(rowsPerSide)} real and as many synthetic rows tell the remaining part apart with an area under
the curve of ${estimateInline(auc, three)}${ceiling && html`; fresh real rows with ${estimateInline(ceiling.auc, three)}`}. 0.5 is a coin, 1 is always.</p>
<h4>What gave it away</h4>${table(
    ["Column", "", "Part of the trees\u2019 gain", "AUC alone"],
    columns.slice(0, shownColumns).map((row) => tellingRow(view, row, most)),
    [2, 3],
  )}${columns.length > shownColumns && html`<p class="quiet small">${count(shownColumns)} of ${count(columns.length)} columns.</p>`}
<p class="quiet small">A column that tells little alone and much to the trees has lost its relation to the others.</p></div></div>`;
}

/** Two by two cells as one. */
function pooled(shares: readonly number[], across: number): number[] {
  const half = across / 2;
  const out = new Array<number>(shares.length / 4).fill(0);
  for (const [cell, share] of shares.entries())
    out[Math.floor(Math.floor(cell / across) / 2) * half + Math.floor((cell % across) / 2)]! += share;
  return out;
}

function plane(projection: NonNullable<Evaluation["projection"]>): Html {
  const { axes, real, synthetic, holdout, overlap, ceiling, rows } = projection;
  const across = axes[0].edges.length - 1;
  const down = axes[1].edges.length - 1;
  const grid = { width: across, height: down, cell: 6, upwards: true };
  const top = Math.max(...real.shares, ...synthetic.shares);
  // Differences of single cells would mostly be chance: four of them together.
  const coarse = [real, synthetic].map(({ shares }) => pooled(shares, across)) as [number[], number[]];
  const most = Math.max(
    ...coarse[0].map((share, cell) => Math.abs(share - coarse[1][cell]!)),
    ...coarse[0].map((share) => share / 4),
  );
  const named = (axis: (typeof axes)[0]): Html =>
    html`${axis.columns.slice(0, 4).map(({ column }, place) => html`${place > 0 && ", "}${data(column)}`)} (${percent(axis.explained)} of the variance)`;
  const figures: [string, Html][] = [
    ["Real", densityPicture({ ...grid, shares: real.shares }, "real", top)],
    ["Synthetic", densityPicture({ ...grid, shares: synthetic.shares }, "synthetic", top)],
    ...(holdout
      ? [["Real holdout", densityPicture({ ...grid, shares: holdout.shares }, "real", top)] as [string, Html]]
      : []),
    [
      "Too few (orange), too many (blue)",
      surplusPicture(
        { width: across / 2, height: down / 2, cell: 12, upwards: true, shares: coarse[1] },
        coarse[0],
        most,
      ),
    ],
  ];
  return html`<h3>On one plane</h3><p class="quiet">The plane on which ${count(rows)} real rows vary most, made by Verisim from all columns.
Across: ${named(axes[0])}. Up: ${named(axes[1])}. Overlap with the real rows ${figure(overlap)}${
    ceiling !== null && html`, of the holdout ${figure(ceiling)}`
  }. Places with fewer than three rows of a table are left empty, so that no person can be found.</p>
<div class="planes">${figures.map(
    ([title, image]) =>
      html`<figure class="plane"><figcaption>${title}</figcaption><div role="img" aria-label="${title}: density of rows on the plane">${image}</div></figure>`,
  )}</div>`;
}

function neighbours({ rows, k, synthetic, ceiling }: PrecisionRecallReport): Html {
  const row = (
    name: string,
    means: string,
    of: (scores: PrecisionRecallReport["synthetic"]) => number | null,
  ): Html => {
    const [own, best] = [of(synthetic), ceiling && of(ceiling)];
    const estimate = own === null ? null : { value: own, low: own, high: own };
    return html`<tr><th scope="row">${name}</th><td>${intervalMark({ estimate, control: best, domain: [0, Math.max(1, own ?? 0, best ?? 0)] })}</td>
<td class="number"><b>${figure(own)}</b></td>${ceiling && html`<td class="number">${figure(best)}</td>`}${meansCell(means)}</tr>`;
  };
  return html`<h3>By their neighbours</h3><p class="quiet">${count(rows)} rows of each table, each with its ${k} nearest real ones.</p>${table(
    ["Figure", "", "Synthetic", ...(ceiling ? ["Real holdout"] : []), "Means"],
    [
      row("Precision", "synthetic rows that lie near some real row", ({ prdc }) => prdc.precision),
      row("Recall", "real rows that lie near some synthetic row", ({ prdc }) => prdc.recall),
      row(
        "Density",
        "real neighbourhoods around a synthetic row, about 100% at best",
        ({ prdc }) => prdc.density,
      ),
      row("Coverage", "real rows with a synthetic one in their neighbourhood", ({ prdc }) => prdc.coverage),
      row(
        "\u03b1-precision",
        "how well synthetic rows fill the spheres of the real ones",
        ({ spheres }) => spheres.alphaPrecision,
      ),
      row(
        "\u03b2-recall",
        "how well they reach the real ones; about 50% at best, more is memory",
        ({ spheres }) => spheres.betaRecall,
      ),
      row(
        "Authenticity",
        "synthetic rows no nearer to a real row than that is to another",
        ({ spheres }) => spheres.authenticity,
      ),
    ],
    [2, ...(ceiling ? [3] : [])],
  )}`;
}

/** Null where none of it was asked for. */
export function toldApart(view: ReportView): Section | null {
  const { twoSample: test, projection, neighbours: near } = view.evaluation;
  const lacks = ["two-sample", "projection", "neighbours"].map((part) => leftOut(view, part));
  if (!test && !projection && !near && lacks.every((lack) => lack === null)) return null;
  return {
    id: "apart",
    nav: "Told apart",
    title: "Can it be told apart?",
    lead: "The hardest question: scores of columns and pairs look at one or two columns at a time, these look at whole rows.",
    body: html`${test && twoSample(view, test)}${projection && plane(projection)}${near && neighbours(near)}${lacks}`,
  };
}
