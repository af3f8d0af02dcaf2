// Are groups of people treated alike? Their shares, the gaps between their outcomes, and the errors of a model, each from
// real to synthetic with its interval: what counts is whether the synthetic rows widen a gap.

import type { BiasReport } from "@verisim/evaluate";
import { domainOf, intervalMark } from "../charts/interval-mark.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, percent } from "../text.ts";
import { estimateText, figure, leftOut, pointsText, table, three } from "./figure-text.ts";
import { data, type Section } from "./section.ts";

type Sensitive = BiasReport["columns"][0];
type Gap = NonNullable<Sensitive["gap"]>;

const shownGroups = 12;

function names({ columns }: Sensitive): Html {
  return html`${columns.map((name, place) => html`${place > 0 && html` <span class="quiet">and</span> `}${data(name)}`)}`;
}

const verdictWords = {
  amplified: html`<b class="poor">amplified</b>`,
  softened: html`<b class="fair">softened</b>`,
  "no difference": html`<span class="quiet">no difference</span>`,
} as const;

// Shares are percentage points, means of numbers are in standard deviations.
const written = (gap: Gap, estimate: Gap["control"]): Html =>
  gap.outcome === null ? estimateText(estimate, three) : pointsText(estimate);

function gapTable(report: BiasReport): Html | null {
  const { columns } = report;
  const shown = columns.filter(({ gap }) => gap !== null);
  if (shown.length === 0) return null;
  const domain = domainOf(
    shown.flatMap(({ gap }) => [gap!.amplification, gap!.control]),
    [0],
  );
  return html`<h3>Outcome gaps</h3><p class="quiet">How much more often one group has the outcome than another (demographic parity), for the two groups
farthest apart. The dot is the change from real to synthetic with its interval, the tick what the holdout shows by chance.
The interval is that of one gap alone. The verdict counts all ${count(report.gapsLookedAt)} gaps that were looked at: where there is nothing, one report in twenty calls any gap amplified or softened.</p>${table(
    ["Groups by", "Outcome", "Farthest apart", "Real gap", "Synthetic gap", "Change", "", "Verdict"],
    shown.map((column) => {
      const gap = column.gap!;
      const tone = gap.verdict === "amplified" ? "poor" : "";
      return html`<tr><th scope="row">${names(column)}</th><td>${gap.outcome === null ? html`<span class="quiet">mean</span>` : data(gap.outcome)}</td>
<td>${data(gap.first)} <span class="quiet">over</span> ${data(gap.second)}</td><td class="number">${written(gap, gap.real)}</td><td class="number">${written(gap, gap.synthetic)}</td>
<td class="number">${written(gap, gap.amplification)}</td><td>${intervalMark({ estimate: gap.amplification, control: gap.control, domain, zero: 0, tone })}</td>
<td>${gap.verdict && verdictWords[gap.verdict]}</td></tr>`;
    }),
    [3, 4, 5],
  )}`;
}

function modelTable(columns: readonly Sensitive[]): Html | null {
  const shown = columns.filter(({ models }) => models !== null);
  if (shown.length === 0) return null;
  type ModelGap = NonNullable<NonNullable<Sensitive["models"]>["demographicParity"]>;
  const row = (
    column: Sensitive,
    name: string,
    gap: Pick<ModelGap, "real" | "synthetic" | "change"> | null,
    isSure = false,
  ): Html | false =>
    gap !== null &&
    html`<tr><th scope="row">${names(column)}</th><td>${name}</td><td class="number">${pointsText(gap.real)}</td><td class="number">${pointsText(gap.synthetic)}</td>
<td class="number ${isSure && gap.change && gap.change.value > 0 && "poor"}">${pointsText(gap.change)}</td></tr>`;
  const heads = ["Groups by", "Gap of", "Learnt real", "Learnt synthetic", "Change"];
  const lines = (pick: (column: Sensitive) => (Html | false)[]): Html[] =>
    shown.flatMap(pick).filter((line) => line !== false);
  return html`<h3>What a model makes of it</h3><p class="quiet">The largest gap between groups in the errors of boosted trees on held-out real rows: once learnt from the real,
once from the synthetic rows. Equalized odds: the larger of the gaps of true and of false positive rates.
A change is marked where it is no chance for all columns together.</p>${table(
    heads,
    lines((column) => {
      const odds = column.models!.equalizedOdds;
      return [row(column, "equalized odds", odds, odds?.pValue != null && odds.pValue < 0.05)];
    }),
    [2, 3, 4],
  )}<details><summary>Rate by rate</summary>${table(
    heads,
    lines((column) => [
      row(column, "shares given the outcome", column.models!.demographicParity),
      row(column, "true positive rate", column.models!.equalOpportunity),
      row(column, "false positive rate", column.models!.falsePositives),
    ]),
    [2, 3, 4],
  )}</details>`;
}

function groupTable(column: Sensitive): Html {
  const outcomes = new Map(column.outcomes.map((own) => [own.group, own]));
  const rates = new Map(column.models?.groups.map((own) => [own.group, own]));
  const hasOutcomes = outcomes.size > 0;
  const hasRates = rates.size > 0;
  return html`<details><summary>${names(column)}: ${count(column.groups.length)} groups, shares moved by ${percent(column.shareDistance)}${
    column.ceilingDistance !== null && html` (holdout ${percent(column.ceilingDistance)})`
  }</summary>${table(
    [
      "Group",
      "Real share",
      "Synthetic",
      "Change",
      ...(hasOutcomes ? ["Outcome, real", "Outcome, synthetic"] : []),
      ...(hasRates ? ["True positives, learnt real", "learnt synthetic"] : []),
    ],
    column.groups.slice(0, shownGroups).map(({ group, real, synthetic, shift }) => {
      const outcome = outcomes.get(group);
      const rate = rates.get(group);
      const write = column.gap?.outcome === null ? three : percent;
      return html`<tr><th scope="row"><span class="name">${data(group)}</span></th><td class="number">${percent(real)}</td><td class="number">${percent(synthetic)}</td>
<td class="number">${pointsText(shift)}</td>${hasOutcomes && html`<td class="number">${estimateText(outcome?.real, write)}</td><td class="number">${estimateText(outcome?.synthetic, write)}</td>`}${
        hasRates &&
        html`<td class="number">${figure(rate?.real.truePositive)}</td><td class="number">${figure(rate?.synthetic?.truePositive)}</td>`
      }</tr>`;
    }),
    [1, 2, 3, 4, 5, 6, 7],
  )}${column.groups.length > shownGroups && html`<p class="quiet small">${count(shownGroups)} of ${count(column.groups.length)} groups.</p>`}</details>`;
}

/** Null where it was not asked for, or there are no groups to compare and none were named. */
export function biasSection(view: ReportView): Section | null {
  const report = view.evaluation.bias;
  const lack = leftOut(view, "bias");
  if (!report && !lack) return null;
  const guessed =
    report?.columns.filter(({ chosenBy, columns }) => chosenBy === "name" && columns.length === 1) ?? [];
  return {
    id: "bias",
    nav: "Bias",
    title: "Are groups treated alike?",
    lead:
      report &&
      html`Synthetic data should not make the world less fair than the real data show it.${
        guessed.length > 0 &&
        html` The columns were recognised by their names; <code>--sensitive</code> names others.`
      }${report.target === null && html` With a target (<code>--target</code>) the groups\u2019 outcomes are compared too.`}`,
    body: report
      ? html`${gapTable(report)}${modelTable(report.columns)}<h3>Group by group</h3>${report.columns.map(groupTable)}${
          report.unused.length > 0 &&
          html`<p class="quiet">Not judged: ${report.unused.map(({ column, reason }, place) => html`${place > 0 && "; "}${data(column)} (${data(reason)})`)}.</p>`
        }`
      : lack,
  };
}
