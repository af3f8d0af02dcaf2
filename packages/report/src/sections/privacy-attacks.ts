// The attacks, sorted by what the attacker has: each with its control, its naive guess, its interval and how often it was
// tried.

import type { AttackRates, MembershipAttack, PrivacyReport, ThreatModel } from "@verisim/evaluate";
import { intervalMark } from "../charts/interval-mark.ts";
import { type Html, html } from "../html.ts";
import { count, counted } from "../text.ts";
import { estimateText, table, three } from "./figure-text.ts";
import { data } from "./section.ts";

const threats: readonly (readonly [ThreatModel, string])[] = [
  ["synthetic-table", "An attacker with the synthetic table alone"],
  ["synthetic-table-and-population", "An attacker who also has other rows of the population"],
  ["generator-code", "An attacker who can also train the generator anew"],
];

const attackNames: Readonly<Record<string, string>> = {
  "nearest-distance": "distance to the nearest synthetic row",
  "local-density": "density of synthetic rows",
  "density-ratio": "density ratio (DOMIAS)",
  classifier: "a classifier",
  ensemble: "all of them together",
  "shadow-models": "shadow models",
};

const shownColumns = 15;

type Part = PrivacyReport["findings"][0]["part"];

// One interval of many lies above 0 by chance: only what the report calls an alarm is drawn as one.
function toneOf({ findings }: PrivacyReport, part: Part): "poor" | "fair" {
  return findings.some((finding) => finding.part === part && finding.level === "alarm") ? "poor" : "fair";
}

function rateRow(name: Html | string, rates: AttackRates, tone: "poor" | "fair"): Html {
  const { attacks, main, control, naive, risk, strongerThanNaive } = rates;
  // An attack that a guess beats shows nothing, whatever it gains on training rows.
  const bad = risk.low > 0 && strongerThanNaive;
  return html`<tr><th scope="row" class="wrap">${name}</th><td class="number">${count(attacks)}</td><td class="number">${estimateText(main)}</td>
<td class="number">${estimateText(control)}</td><td class="number">${estimateText(naive)}</td>
<td>${intervalMark({ estimate: risk, domain: [0, Math.max(0.2, risk.high)], zero: 0, tone: bad ? tone : "", width: 110 })}</td>
<td class="number ${bad && tone}">${estimateText(risk)}</td><td class="quiet small note">${!strongerThanNaive && "a guess is as good"}</td></tr>`;
}

const rateHeads = ["Attack", "Tried", "On training rows", "On the holdout", "Guess", "", "Risk", "Note"];

function rateTable(rows: readonly Html[]): Html | null {
  return rows.length === 0 ? null : table(rateHeads, rows, [1, 2, 3, 4, 6]);
}

function attributes(report: PrivacyReport, ofOutliers: boolean): Html[] {
  const { attributes: own } = report;
  const tone = toneOf(report, "attributes");
  const order = [...(own?.columns ?? [])].sort(
    (a, b) =>
      Number(b.rates.strongerThanNaive) - Number(a.rates.strongerThanNaive) ||
      b.rates.risk.low - a.rates.risk.low ||
      b.rates.risk.value - a.rates.risk.value,
  );
  return order.slice(0, shownColumns).flatMap(({ column, rates, outliers }) => {
    if (!ofOutliers) return [rateRow(html`infer ${data(column)}`, rates, tone)];
    return outliers
      ? [rateRow(html`infer ${data(column)} <span class="quiet">of outliers</span>`, outliers, tone)]
      : [];
  });
}

function singlingOut(report: PrivacyReport): Html[] {
  const { singlingOut: own } = report;
  const tone = toneOf(report, "singling-out");
  if (!own) return [];
  return [
    ...(own.univariate ? [rateRow("single out by one value", own.univariate, tone)] : []),
    ...(own.multivariate ? [rateRow(`single out by ${own.columns} values`, own.multivariate, tone)] : []),
  ];
}

function linkability(report: PrivacyReport): Html[] {
  const { linkability: own } = report;
  const tone = toneOf(report, "linkability");
  return (own?.splits ?? []).map(({ first, second, rates }) => {
    const few = (names: readonly string[]): Html =>
      html`${names.slice(0, 3).map((name, place) => html`${place > 0 && ", "}${data(name)}`)}${names.length > 3 && ` and ${names.length - 3} more`}`;
    return rateRow(
      html`link (${few(first)}) to (${few(second)}) <span class="quiet">among ${count(own!.candidates)}</span>`,
      rates,
      tone,
    );
  });
}

function membershipTable(attacks: readonly MembershipAttack[]): Html | null {
  if (attacks.length === 0) return null;
  return table(
    ["Was this row a training row?", "", "AUC", "Found at 1% error", "Found at 10% error"],
    attacks.map(
      ({
        attack,
        auc,
        tprAt1,
        tprAt10,
      }) => html`<tr><th scope="row" class="wrap">by ${attackNames[attack] ?? attack}</th>
<td>${intervalMark({ estimate: auc, domain: [0.4, 1], zero: 0.5, tone: auc.low > 0.5 ? "fair" : "" })}</td><td class="number">${estimateText(auc, three)}</td>
<td class="number">${estimateText(tprAt1)}</td><td class="number">${estimateText(tprAt10)}</td></tr>`,
    ),
    [2, 3, 4],
  );
}

function groups({ membership }: PrivacyReport): Html | null {
  if (!membership || membership.groups.length === 0) return null;
  return html`<h3>Outliers and minorities apart</h3><p class="quiet">An average hides those who are easiest to find. The strongest attack on each group; intervals allow for having looked at several.</p>${table(
    ["Group", "Training rows", "Others", "", "AUC", "Found at 10% error", "Attack"],
    membership.groups.map(
      ({
        group,
        kind,
        members,
        nonMembers,
        strongest,
      }) => html`<tr><th scope="row" class="wrap">${kind === "all" ? "all rows" : data(group)}</th>
<td class="number">${count(members)}</td><td class="number">${count(nonMembers)}</td>
<td>${intervalMark({ estimate: strongest.auc, domain: [0.4, 1], zero: 0.5, tone: strongest.auc.low > 0.5 ? "fair" : "" })}</td>
<td class="number">${estimateText(strongest.auc, three)}</td><td class="number">${estimateText(strongest.tprAt10)}</td><td class="quiet">${attackNames[strongest.attack] ?? strongest.attack}</td></tr>`,
    ),
    [1, 2, 4, 5],
  )}`;
}

/** A heading per threat model that attacks were made under, and the groups. */
export function attackSections(report: PrivacyReport): Html {
  const { membership, attributes: inference, singlingOut: single, linkability: link } = report;
  const under = threats.map(([threat, title]) => {
    const rates = [
      ...(single?.threat === threat ? singlingOut(report) : []),
      ...(link?.threat === threat ? linkability(report) : []),
      ...(inference?.threat === threat ? attributes(report, false) : []),
    ];
    const attacks = membership?.attacks.filter((attack) => attack.threat === threat) ?? [];
    if (rates.length === 0 && attacks.length === 0) return null;
    const outliers = inference?.threat === threat ? attributes(report, true) : [];
    return html`<h3>${title}</h3>${membershipTable(attacks)}${rateTable(rates)}${
      outliers.length > 0 &&
      html`<details><summary>The same on outliers alone</summary>${rateTable(outliers)}</details>`
    }`;
  });
  const reading =
    membership || inference || single || link
      ? html`<p class="quiet small">Risk: what the attack gains on training rows over the same attack on the holdout, of what it could gain. 0% is none. For membership an AUC of 0.5, and 1% or 10% found, is chance.${
          membership &&
          html` Membership was tried on ${counted(membership.members, "training row")} and ${counted(membership.nonMembers, "other real row")}.`
        }</p>`
      : null;
  return html`${under}${reading}${groups(report)}`;
}
