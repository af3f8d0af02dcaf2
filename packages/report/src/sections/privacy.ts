// What does the table give away? The finding first, then whether this report would have seen a copy at all, then copies,
// attacks by what the attacker has, and figures of anonymity; distances last, as what they are: a diagnostic.

import type { ModelFileReport, PrivacyReport } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, counted, percent, rate } from "../text.ts";
import {
  columnLink,
  estimateInline,
  estimateText,
  figure,
  leftOut,
  meansCell,
  table,
  three,
} from "./figure-text.ts";
import { attackSections } from "./privacy-attacks.ts";
import { data, type Section } from "./section.ts";

/** What a level is called; a clear report promises nothing. */
export const levelWords: Readonly<Record<PrivacyReport["level"], { word: string; tone: string }>> = {
  alarm: { word: "alarm", tone: "poor" },
  notice: { word: "look closer", tone: "fair" },
  clear: { word: "nothing found", tone: "good" },
};

function findings({ findings: all, level }: PrivacyReport): Html {
  const order = { alarm: 0, notice: 1, clear: 2 } as const;
  const sorted = [...all].sort((a, b) => order[a.level] - order[b.level]);
  const items =
    sorted.length > 0
      ? sorted.map(findingItem)
      : findingItem({
          level,
          part: "copies",
          text: "No attack and no test found more than chance explains.",
        });
  return html`<ul class="findings">${items}</ul>${level === "clear" && html`<p class="quiet">That nothing was found by these attacks is no proof that there is nothing to find.</p>`}`;
}

function findingItem({ level, text }: PrivacyReport["findings"][0]): Html {
  return html`<li class="finding ${levelWords[level]?.tone}"><b>${levelWords[level]?.word}</b> <span>${data(text)}</span></li>`;
}

const kindWords: Readonly<Record<string, string>> = {
  verbatim: "word for word",
  near: "near copies: numbers moved a little, one category in twenty redrawn",
  outliers: "outliers alone, word for word",
};

function selfTest({ selfTest: test }: PrivacyReport): Html | null {
  if (!test) return null;
  const answer = test.alreadyFound
    ? "This table holds copies already, so planted ones show nothing."
    : test.wouldSeeCopies
      ? `Yes: every planted ${percent(test.share)} of copies was seen.`
      : `Not always: some of the planted ${percent(test.share)} of copies stayed unseen.`;
  return html`<h3>Would this report have seen a copy?</h3><p><b class="${test.wouldSeeCopies || test.alreadyFound ? "" : "fair"}">${answer}</b>
<span class="quiet">Copies of training rows were planted into the synthetic table and searched by the same test.</span></p>${table(
    ["Planted", "Copies", "Seen"],
    test.kinds.map(
      ({
        kind,
        copies,
        trials,
        seen,
      }) => html`<tr><th scope="row" class="wrap">${kindWords[kind] ?? kind}</th><td class="number">${count(copies)}</td>
<td class="number ${seen < trials && "fair"}">${count(seen)} of ${counted(trials, "time")}</td></tr>`,
    ),
    [1, 2],
  )}`;
}

const viewWords: Readonly<Record<string, string>> = {
  distance: "nearer to one real row than to any other",
  agreement: "sharing rare values with one real row",
};

function copies({ copies: own }: PrivacyReport): Html {
  const chance = own.pValue < 0.0001 ? "less than 1 in 10,000" : percent(own.pValue);
  return html`<h3>Copies of training rows</h3><p>${
    own.spread
      ? html`<b class="fair">None stand out</b>, but the rows lie nearer to training rows than chance puts them throughout the table, as if about ${counted(Math.round(own.estimatedCopies), "row")} were learnt by heart.`
      : own.found
        ? html`<b class="poor">Found.</b> About ${counted(Math.round(own.estimatedCopies), "row")} of the synthetic table ${
            Math.round(own.estimatedCopies) === 1 ? "is a copy" : "are copies"
          }, verbatim or near, beyond chance.`
        : html`<b>None found</b> beyond chance.`
  } <span class="quiet">Chance of such a finding without copies: ${chance}.${own.control === "training" && " Without a holdout this is less sure."}</span></p>${table(
    ["Rows that are", "Searched", "Nearest ones", "Training rows among them", "By chance"],
    own.evidence.map(
      (
        one,
      ) => html`<tr><th scope="row" class="wrap">${viewWords[one.view] ?? one.view}</th><td class="number">${count(one.rows)}</td><td class="number">${count(one.front)}</td>
<td class="number"><b>${count(one.frontTraining)}</b></td><td class="number">${one.frontExpected.toFixed(1)}</td></tr>`,
    ),
    [1, 2, 3, 4],
  )}<p class="quiet small">Equal to a training row in every column: ${rate(own.exactSynthetic)} of the synthetic rows${
    own.exactHoldout !== null && html`, ${rate(own.exactHoldout)} of the holdout`
  }. Where a table repeats by nature, that alone says little.</p>`;
}

function anonymity({ anonymity: own }: PrivacyReport): Html | null {
  if (!own) return null;
  const { deltaPresence: delta, identifiability } = own;
  const row = (name: string, value: Html | string, means: string): Html =>
    html`<tr><th scope="row">${name}</th><td class="number"><b>${value}</b></td>${meansCell(means)}</tr>`;
  return html`<h3>Anonymity by quasi-identifiers</h3><p class="quiet">${own.guessed ? "Nobody named the columns that an outsider may know, so those with few values were taken: " : "Columns that an outsider may know: "}${own.quasiIdentifiers.map(
    (name, place) => html`${place > 0 && ", "}${data(name)}`,
  )}. Synthetic rows stand for nobody: these figures ask whom they could be taken for.</p>${table(
    ["Figure", "Value", "Means"],
    [
      row(
        "k-map",
        own.kMap === null ? "n/a" : count(own.kMap),
        "fewest real rows that match a synthetic row which matches any",
      ),
      row("Below eleven", percent(own.belowEleven), "synthetic rows that match one to ten real rows"),
      row(
        "Re-identification",
        percent(own.reidentification),
        "mean chance to name the right person for a synthetic row; 9% is a usual limit",
      ),
      row(
        "k-anonymity",
        html`${count(own.kAnonymitySynthetic)} <span class="quiet">real ${count(own.kAnonymityReal)}</span>`,
        "rows in the smallest class",
      ),
      own.lDiversitySynthetic === null
        ? html``
        : row(
            "l-diversity",
            html`${count(own.lDiversitySynthetic)} <span class="quiet">real ${figure(own.lDiversityReal, count)}</span>`,
            "fewest different sensitive values in a class",
          ),
      delta === null
        ? html``
        : row(
            "\u03b4-presence",
            `${percent(delta.low)} to ${percent(delta.high)}`,
            "training rows among the real rows of the classes that synthetic rows fall into",
          ),
      row(
        "Identifiability",
        html`${percent(identifiability.training)}${identifiability.holdout !== null && html` <span class="quiet">holdout ${percent(identifiability.holdout)}</span>`}`,
        "real rows that lie nearer to a synthetic row than to another row of their own table",
      ),
    ],
    [1],
  )}`;
}

function values(view: ReportView, { values: own }: PrivacyReport): Html | null {
  const shown = own.columns.filter(({ trainingOnly }) => trainingOnly > 0);
  if (shown.length === 0) return null;
  const leaking = new Set(own.leaking);
  const order = [...shown].sort(
    (a, b) =>
      Number(leaking.has(b.column)) - Number(leaking.has(a.column)) || b.training.value - a.training.value,
  );
  return html`<h3>Values that one person alone has</h3><p class="quiet">How many of the values that occur in one training row, and in no other real row, turn up in the
synthetic table; beside it the same of the holdout\u2019s.</p>${table(
    ["Column", "Such values", "Turn up", "Holdout\u2019s turn up", "Verdict"],
    order.slice(0, 15).map(
      ({
        column,
        pii,
        trainingOnly,
        training,
        holdout,
      }) => html`<tr><th scope="row">${columnLink(view, column)}${pii && html` <span class="quiet">personal</span>`}</th>
<td class="number">${count(trainingOnly)}</td><td class="number">${estimateText(training)}</td><td class="number">${estimateText(holdout)}</td>
<td>${leaking.has(column) && html`<b class="poor">more than chance</b>`}</td></tr>`,
    ),
    [1, 2, 3],
  )}`;
}

function distances({ distances: own }: PrivacyReport): Html | null {
  if (!own) return null;
  const line = (name: string, ratio: (typeof own)["dcr"]): Html =>
    html`<tr><th scope="row">${name}</th><td class="number">${three(ratio.median)}</td><td class="number">${three(ratio.medianControl)}</td>
<td class="number">${three(ratio.low)}</td><td class="number">${three(ratio.lowControl)}</td></tr>`;
  return html`<h3>Distances to the closest record</h3><p class="quiet">A diagnostic, not a measure of privacy: tables that pass it have been attacked with success. All distances on one
scale, against ${count(own.referenceRows)} rows each.</p><p>Nearer to a training row than to any of as many holdout rows: ${estimateInline(own.closerToTraining)} of the synthetic rows; 50% is chance.</p>${table(
    ["Distance", "Median", "Holdout\u2019s", "Nearest 5%", "Holdout\u2019s"],
    [line("To the closest record", own.dcr), line("Closest over second closest", own.nndr)],
    [1, 2, 3, 4],
  )}`;
}

function modelFile(view: ReportView, own: ModelFileReport): Html {
  const shown = own.columns.filter(
    ({ stored, minimumStored, maximumStored }) => stored > 0 || minimumStored || maximumStored,
  );
  return html`<h3>An attacker who has the model file</h3><p>${
    own.findings.length === 0
      ? html`<b>Nothing of a single row was found</b> among its ${counted(own.texts, "text")} and ${counted(own.numbers, "number")}.`
      : html`What stands in the file to the letter or the digit, without any attack. A value is rare where fewer than ${count(own.rareBelow)} training rows hold it.`
  }</p>${own.findings.length > 0 && html`<ul class="findings">${own.findings.map(findingItem)}</ul>`}${
    shown.length > 0 &&
    table(
      ["Column", "Rare or personal values", "In the file", "By coincidence", "Smallest", "Largest"],
      shown.slice(0, 20).map(
        ({
          column,
          pii,
          searched,
          stored,
          coincidences,
          minimumStored,
          maximumStored,
        }) => html`<tr><th scope="row">${columnLink(view, column)}${pii && html` <span class="quiet">personal</span>`}</th>
<td class="number">${count(searched)}</td><td class="number"><b>${count(stored)}</b></td><td class="number">${figure(coincidences, count)}</td>
<td>${minimumStored && "exact"}</td><td>${maximumStored && "exact"}</td></tr>`,
      ),
      [1, 2, 3],
    )
  }`;
}

/** Null where it was not asked for. */
export function privacySection(view: ReportView): Section | null {
  const { privacy: report, modelFile: file } = view.evaluation;
  const lacks = ["privacy", "model-file"].map((part) => leftOut(view, part));
  if (!report && !file && lacks.every((lack) => lack === null)) return null;
  const used = report?.columns.used.length ?? 0;
  return {
    id: "privacy",
    nav: "Privacy",
    title: "Does it give people away?",
    lead:
      report &&
      html`Every figure is an attack that was tried, on ${count(report.sampled.training)} training rows${
        report.sampled.holdout !== null &&
        html` and, as its control, on ${count(report.sampled.holdout)} real rows that the generator has not seen`
      }; rows were compared by ${counted(used, "column")}.${report.rows.holdout === null && html` Without a holdout (<code>--holdout</code>) most attacks have no control and were left out.`}`,
    body: html`${report && html`${findings(report)}${selfTest(report)}${copies(report)}${attackSections(report)}`}${file && modelFile(view, file)}${
      report && html`${values(view, report)}${anonymity(report)}${distances(report)}`
    }${lacks}`,
  };
}
