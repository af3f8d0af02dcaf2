// What was run, for the record: warnings, generator and options, files, timings, metadata.

import { type ColumnMetadata, type TableMetadata, uniqueColumns } from "@verisim/core";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { duration } from "../text.ts";
import { allWarnings } from "./header.ts";
import { data, type Section } from "./section.ts";

/** Null where there are none. */
export function warningSection(view: ReportView): Section | null {
  const warnings = allWarnings(view);
  if (warnings.length === 0) return null;
  return {
    id: "warnings",
    nav: "Warnings",
    title: "Warnings",
    body: html`<ul class="warnings">${warnings.map((warning) => html`<li>${data(warning)}</li>`)}</ul>`,
  };
}

function columnNotes(column: ColumnMetadata): string[] {
  const notes: (string | false | undefined)[] = [
    column.pii === true && "personal",
    column.physical && `type ${column.physical}`,
    column.numberStyle && `${column.numberStyle} numbers`,
    column.decimals !== undefined && column.numberStyle !== "integer" && `${column.decimals} decimals`,
    column.datetimeFormat && `format ${column.datetimeFormat}`,
    column.timeZone && `zone ${column.timeZone}`,
    column.regexFormat && `pattern ${column.regexFormat}`,
    column.rangeMin !== undefined && `from ${column.rangeMin}`,
    column.rangeMax !== undefined && `to ${column.rangeMax}`,
    column.rangeValues && `values ${column.rangeValues.join(" < ")}`,
    column.locales && `locales ${column.locales.join(", ")}`,
    column.nullable === true && "may be missing",
  ];
  return notes.filter((note) => typeof note === "string" && note !== "") as string[];
}

function keyText(metadata: TableMetadata): string {
  const written = (key: string | readonly string[]): string =>
    typeof key === "string" ? key : key.join(" + ");
  const parts = [
    ...(metadata.primaryKey ? [`primary key ${written(metadata.primaryKey)}`] : []),
    ...(metadata.alternateKeys ?? []).map((key) => `alternate key ${written(key)}`),
    ...(metadata.sequenceKey ? [`sequence key ${metadata.sequenceKey}`] : []),
    ...(metadata.sequenceIndex ? [`sequence index ${metadata.sequenceIndex}`] : []),
  ];
  return parts.join("; ");
}

function metadataTable({ metadata, columns }: ReportView): Html {
  const unique = uniqueColumns(metadata);
  const keys = keyText(metadata);
  return html`${keys && html`<p>${data(keys)}</p>`}<div class="table-scroll"><table><thead><tr><th scope="col">Column</th>
<th scope="col">Type</th><th scope="col">Made by</th><th scope="col">Details</th></tr></thead><tbody>${columns.map(
    (column) => {
      const known = Object.hasOwn(metadata.columns, column.name) ? metadata.columns[column.name] : undefined;
      const notes = [...(unique.has(column.name) ? ["unique"] : []), ...(known ? columnNotes(known) : [])];
      return html`<tr><th scope="row"><span class="name">${data(column.name)}</span></th><td>${data(column.sdtype)}</td>
<td>${column.modelled ? "model" : "own generator"}</td><td class="quiet">${data(notes.join(", "))}</td></tr>`;
    },
  )}</tbody></table></div>`;
}

function optionText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

function definitionList(entries: readonly (readonly [string, string])[]): Html {
  return html`<dl class="facts-list">${entries.map(([name, value]) => html`<dt>${data(name)}</dt><dd>${data(value)}</dd>`)}</dl>`;
}

function timingsTable(timings: readonly { phase: string; seconds: number }[]): Html {
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = Math.max(...timings.map(({ seconds }) => seconds), 0) || 1;
  return html`<h3>Time</h3><div class="table-scroll"><table class="timings"><tbody>${timings.map(
    ({
      phase,
      seconds,
    }) => html`<tr><th scope="row">${data(phase)}</th><td class="number">${duration(seconds)}</td><td>
<svg class="time-bar" width="200" height="8" aria-hidden="true"><rect y="1" height="6" width="${((seconds / longest) * 200).toFixed(1)}"/></svg></td></tr>`,
  )}<tr class="total"><th scope="row">Together</th><td class="number">${duration(total)}</td><td></td></tr></tbody></table></div>`;
}

/** Generator, files, timings, metadata. */
export function recordSection(view: ReportView): Section {
  const { generator, timings, files } = view;
  const options = Object.entries(generator?.options ?? {});
  return {
    id: "record",
    nav: "Record",
    title: "For the record",
    body: html`<div class="record">${
      generator &&
      html`<div><h3>Generator</h3><p><b>${data(generator.name)}</b>${options.length === 0 && ", all options at their defaults"}</p>
${options.length > 0 && definitionList(options.map(([name, value]) => [name, optionText(value)]))}</div>`
    }${
      files &&
      files.length > 0 &&
      html`<div><h3>Files</h3>${definitionList(files.map(({ role, path }) => [role, path]))}</div>`
    }${timings && timings.length > 0 && html`<div>${timingsTable(timings)}</div>`}</div>
<h3>Metadata</h3>${metadataTable(view)}`,
  };
}
