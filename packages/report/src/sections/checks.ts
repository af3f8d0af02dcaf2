// What must simply hold: valid values, the right columns; and how many rows are exact copies of real ones.

import { checkFailure } from "../explain.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { counted, percent, rate } from "../text.ts";
import { data, type Section } from "./section.ts";

function checkList(view: ReportView): Html {
  const checks = view.evaluation.diagnostic.dataValidity.columns;
  const failed = checks
    .filter((check) => check.score !== null && check.score < 1)
    .sort((a, b) => (a.score ?? 1) - (b.score ?? 1));
  const passed = checks.filter((check) => check.score === 1).length;
  const undefinedCount = checks.length - passed - failed.length;
  const summary = [
    failed.length === 0 && undefinedCount === 0
      ? `All ${counted(checks.length, "check")} passed`
      : `${counted(passed, "check")} passed`,
    ...(failed.length > 0 ? [`${counted(failed.length, "check")} not met`] : []),
    ...(undefinedCount > 0 ? [`${counted(undefinedCount, "check")} not defined`] : []),
  ];
  return html`<p class="${failed.length > 0 ? "check-summary failed" : "check-summary passed"}">${summary.join(", ")}.</p>
${
  failed.length > 0 &&
  html`<div class="table-scroll"><table><thead><tr><th scope="col">Column</th><th scope="col">Check</th>
<th scope="col" class="number">Share met</th><th scope="col">What is wrong</th></tr></thead><tbody>${failed.map(
    (
      check,
    ) => html`<tr><th scope="row"><span class="name">${data(check.column)}</span></th><td>${check.metric}</td>
<td class="number">${percent(check.score)}</td><td>${checkFailure(check)}</td></tr>`,
  )}</tbody></table></div>`
}<details><summary>All ${counted(checks.length, "check")}</summary><div class="table-scroll"><table><thead><tr>
<th scope="col">Column</th><th scope="col">Check</th><th scope="col" class="number">Share met</th></tr></thead><tbody>${checks.map(
    (
      check,
    ) => html`<tr><th scope="row"><span class="name">${data(check.column)}</span></th><td>${check.metric}</td>
<td class="number">${percent(check.score)}</td></tr>`,
  )}</tbody></table></div></details>`;
}

function copies({ evaluation: { copies } }: ReportView): Html {
  const { exactCopyShare, holdoutCopyShare, duplicateShareReal, duplicateShareSynthetic } = copies;
  const row = (what: string, synthetic: number, reference: string, share: number | null): Html =>
    html`<tr><th scope="row">${what}</th><td class="number"><b>${rate(synthetic)}</b></td>
<td class="number">${share === null ? html`<span class="quiet">needs a holdout</span>` : rate(share)}</td><td class="quiet">${reference}</td></tr>`;
  return html`<h3 id="copies">Copied rows</h3><div class="table-scroll"><table><thead><tr><th scope="col">Share of rows</th>
<th scope="col" class="number">Synthetic</th><th scope="col" class="number">Real</th><th scope="col">Real means</th></tr></thead><tbody>
${row("that equal a real row exactly", exactCopyShare, "held-out rows that equal a real row", holdoutCopyShare)}
${row("that occur more than once", duplicateShareSynthetic, "rows of the real table", duplicateShareReal)}</tbody></table></div>
<p class="quiet">A diagnostic, not a measure of privacy: where real rows repeat by themselves, synthetic rows may meet them
by chance.</p>`;
}

/** Validity, structure and copies. */
export function checkSection(view: ReportView): Section {
  const structure = view.evaluation.diagnostic.dataStructure.score;
  return {
    id: "checks",
    nav: "Checks",
    title: "Checks",
    body: html`${checkList(view)}<p>Structure ${percent(structure)}: ${
      structure === 1
        ? "both tables have the same columns of the same types."
        : structure === null
          ? "not defined."
          : "columns are missing, added or of another type."
    }</p>${copies(view)}`,
  };
}
