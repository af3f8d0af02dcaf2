// An evaluation as one HTML document that stands alone: no request, no clock, the same bytes for the same input.

import { renderPage } from "./page.ts";
import { type ReportInput, viewOf } from "./report-input.ts";
import { biasSection } from "./sections/bias.ts";
import { checkSection } from "./sections/checks.ts";
import { columnTable } from "./sections/columns.ts";
import { changesSection, comparisonSection } from "./sections/comparison.ts";
import { definitionSection } from "./sections/definitions.ts";
import { diversitySection } from "./sections/diversity.ts";
import { frontierSection } from "./sections/frontier.ts";
import { pageHeader } from "./sections/header.ts";
import { metricSection } from "./sections/metrics.ts";
import { pairSection } from "./sections/pairs.ts";
import { privacySection } from "./sections/privacy.ts";
import { recordSection, warningSection } from "./sections/record.ts";
import { toldApart } from "./sections/told-apart.ts";
import { utilitySection } from "./sections/utility.ts";
import { worstColumns } from "./sections/worst-columns.ts";

/**
 * Renders a report as a complete HTML document in UTF-8.
 *
 * Every name and value of the data is written as text. The same input gives the same string.
 *
 * @example
 * await writeFile("report.html", renderReport({ title: "customers.csv", evaluation, metadata }));
 */
export function renderReport(input: ReportInput): string {
  const view = viewOf(input);
  const sections = [
    frontierSection(view),
    comparisonSection(view),
    changesSection(view),
    worstColumns(view),
    columnTable(view),
    pairSection(view),
    toldApart(view),
    diversitySection(view),
    utilitySection(view),
    biasSection(view),
    privacySection(view),
    metricSection(view),
    checkSection(view),
    warningSection(view),
    recordSection(view),
    definitionSection(view),
  ].filter((section) => section !== null);
  return renderPage(view.title, pageHeader(view), sections);
}
