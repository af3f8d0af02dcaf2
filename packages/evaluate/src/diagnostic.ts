// The checks that a synthetic table must pass whatever its quality: numbers and dates within the real range, no new
// categories, unique keys, ids that match their pattern, and the same columns of the same types.

import type { Column, ColumnMetadata, Table, TableMetadata } from "@verisim/core";
import { type ComparedColumn, compareColumn } from "./compared-column.ts";
import type { DiagnosticCheck, DiagnosticReport, Score } from "./evaluation.ts";
import { codesOfKey, uniqueShare } from "./key-codes.ts";
import { meanScore } from "./mean-score.ts";
import { patternShare } from "./regex-adherence.ts";

/**
 * SDMetrics' DiagnosticReport of one table: Data Validity per column and Data Structure.
 *
 * Cells of datetime columns are parsed when a table is read, so the check of their format (DatetimeFormatAdherence)
 * has nothing left to judge and is left out, as SDMetrics leaves it out for parsed columns.
 *
 * @example
 * const { score, dataValidity } = diagnosticReport(real, synthetic, metadata);
 */
export function diagnosticReport(real: Table, synthetic: Table, metadata: TableMetadata): DiagnosticReport {
  return diagnose(real, synthetic, metadata, (name, column) =>
    compareColumn([real, synthetic], name, column),
  );
}

/** The same with columns that have been brought to one form already. */
export function diagnose(
  real: Table,
  synthetic: Table,
  metadata: TableMetadata,
  compared: (name: string, column: ColumnMetadata) => ComparedColumn,
): DiagnosticReport {
  const columns = validity(real, synthetic, metadata, compared);
  const dataValidity = { score: meanScore(columns.map((check) => check.score)), columns };
  const dataStructure = { score: tableStructure(real, synthetic, metadata) };
  return { score: meanScore([dataValidity.score, dataStructure.score]), dataValidity, dataStructure };
}

function validity(
  real: Table,
  synthetic: Table,
  metadata: TableMetadata,
  compared: (name: string, column: ColumnMetadata) => ComparedColumn,
): DiagnosticCheck[] {
  const checks: DiagnosticCheck[] = [];
  const key = metadata.primaryKey;
  const keyColumns = key === undefined ? [] : typeof key === "string" ? [key] : key;
  if (keyColumns.length > 1)
    checks.push({
      column: keyColumns.join(", "),
      metric: "KeyUniqueness",
      score: keyUniqueness(synthetic, keyColumns),
    });
  // A composite alternate key is checked column by column, as the reference does.
  const unique = new Set((metadata.alternateKeys ?? []).flat());
  if (keyColumns.length === 1) unique.add(keyColumns[0]!);
  for (const [name, column] of Object.entries(metadata.columns)) {
    switch (column.sdtype) {
      case "numerical":
      case "datetime":
        if (name === metadata.sequenceIndex) break;
        checks.push({
          column: name,
          metric: "BoundaryAdherence",
          score: boundaryAdherence(compared(name, column), column),
        });
        break;
      case "categorical":
      case "ordinal":
      case "boolean":
        checks.push({
          column: name,
          metric: "CategoryAdherence",
          score: categoryAdherence(compared(name, column), column),
        });
        break;
      default:
        if (unique.has(name))
          checks.push({ column: name, metric: "KeyUniqueness", score: keyUniqueness(synthetic, [name]) });
        if (column.sdtype === "id" && column.regexFormat !== undefined)
          checks.push({
            column: name,
            metric: "RegexFormatAdherence",
            score: synthetic.has(name)
              ? patternShare(real.column(name), synthetic.column(name), column.regexFormat)
              : null,
          });
    }
  }
  return checks;
}

/** Share of the synthetic rows in the declared or the real range; missing cells are left out where they are allowed. */
function boundaryAdherence(column: ComparedColumn, metadata: ColumnMetadata): Score {
  if (column.kind !== "number") return null;
  const synthetic = column.values[1]!;
  const range = column.ranges[0];
  const min = metadata.rangeMin ?? range?.min ?? Number.NaN;
  const max = metadata.rangeMax ?? range?.max ?? Number.NaN;
  const missingAllowed = metadata.nullable ?? column.missing[0]! > 0;
  const rows = synthetic.length - (missingAllowed ? column.missing[1]! : 0);
  let inside = 0;
  for (let row = 0; row < synthetic.length; row++)
    if (synthetic[row]! >= min && synthetic[row]! <= max) inside++;
  return rows === 0 ? null : inside / rows;
}

/** Share of the synthetic rows whose category is declared or real; missing cells count where they are allowed. */
function categoryAdherence(column: ComparedColumn, metadata: ColumnMetadata): Score {
  if (column.kind !== "category") return null;
  const [real, synthetic] = column.counts;
  const rows = column.codes[1]!.length;
  if (rows === 0) return null;
  const declared = metadata.rangeValues ? new Set(metadata.rangeValues) : null;
  const missingAllowed = metadata.nullable ?? column.missing[0]! > 0;
  let valid = missingAllowed ? column.missing[1]! : 0;
  for (let code = 0; code < column.labels.length; code++)
    if (declared ? declared.has(column.labels[code]!) : real![code]! > 0) valid += synthetic![code]!;
  return valid / rows;
}

function keyUniqueness(synthetic: Table, names: readonly string[]): Score {
  if (!names.every((name) => synthetic.has(name))) return null;
  return uniqueShare(codesOfKey(names.map((name) => synthetic.column(name))));
}

/** Jaccard index of the two tables' sets of (column name, type). */
function tableStructure(real: Table, synthetic: Table, metadata: TableMetadata): Score {
  const typesOf = (table: Table): Map<string, string> =>
    new Map(table.columns.map((column) => [column.name, storedType(column, metadata.columns[column.name])]));
  const realTypes = typesOf(real);
  const syntheticTypes = typesOf(synthetic);
  let common = 0;
  for (const [name, type] of realTypes) if (syntheticTypes.get(name) === type) common++;
  const all = realTypes.size + syntheticTypes.size - common;
  return all === 0 ? null : common / all;
}

/**
 * The type of a column as a data frame would store it: whole numbers without missing cells are a type of their own,
 * unless their cells are written with a decimal point.
 */
function storedType(column: Column, metadata: ColumnMetadata | undefined): string {
  if (column.kind === "dictionary") return "text";
  if (metadata?.sdtype === "datetime") return "datetime";
  const style = metadata?.numberStyle;
  if (style === "point" || (style === "fixed" && (metadata?.decimals ?? 0) > 0)) return "decimal";
  return column.values.every(Number.isInteger) ? "integer" : "decimal";
}
