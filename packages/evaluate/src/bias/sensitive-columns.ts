// The columns by which people may not be treated differently, and their groups: categories, or ranges with equally many
// real rows, each with rows enough to say something about.

import { facetOf } from "../diversity/facets.ts";
import type { UnusedColumn } from "../estimate.ts";
import type { JudgedColumn } from "../models/judged-columns.ts";

/** Groups of one column, or of two columns together. */
export interface Groups {
  readonly columns: readonly string[];
  readonly chosenBy: "caller" | "name";
  readonly names: readonly string[];
  /** Group per row of each table; -1: none of them. */
  readonly codes: readonly Int16Array[];
}

/** Words of a column's name, in English, that the laws against discrimination name. */
const words: ReadonlySet<string> = new Set(
  (
    "sex gender race racial ethnicity ethnic ethnicgroup age agegroup birthyear religion religious nationality citizenship " +
    "disability disabled handicap marital maritalstatus orientation pregnant pregnancy veteran caste"
  ).split(" "),
);

/** Pairs of words that only together name such a column. */
const phrases: readonly RegExp[] = [
  /\b(native|birth|home) (country|place|language)\b/,
  /\bcountry of (birth|origin)\b/,
  /\b(mother|first) (tongue|language)\b/,
  /\bskin colou?r\b/,
];

/** Whether a column's name says that it is sensitive: `sex`, `Applicant_Gender`, `ageGroup`, `native-country`. */
export function isSensitiveName(name: string): boolean {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((part) => part !== "");
  const text = parts.join(" ");
  return parts.some((part) => words.has(part)) || phrases.some((phrase) => phrase.test(text));
}

/** Ranges of a column of numbers, and categories of others, at most. */
const numberGroups = 4;
const categoryGroups = 20;
/** Real rows of a group, at least. */
const leastRows = 30;
/** Columns that are found by their names, and pairs of them. */
const mostFound = 8;
const mostPairs = 6;

/**
 * Groups of the sensitive columns, and of pairs of them.
 *
 * @param named columns that the caller names; undefined: those whose names say so
 * @param target no column is its own outcome
 * @param pairs whether two columns are taken together too
 */
export function sensitiveGroups(
  columns: readonly JudgedColumn[],
  unusedColumns: readonly UnusedColumn[],
  rowCounts: readonly number[],
  { named, target, pairs }: { named: readonly string[] | undefined; target: string | null; pairs: boolean },
): { groups: Groups[]; unused: UnusedColumn[] } {
  const chosenBy = named ? "caller" : "name";
  const wanted = (named ?? columns.map(({ name }) => name).filter(isSensitiveName)).filter(
    (name) => name !== target,
  );
  const rows = rowCounts.map((count) => Int32Array.from({ length: count }, (_, row) => row));
  const unused: UnusedColumn[] = [];
  const groups: Groups[] = [];
  for (const name of new Set(named ? wanted : wanted.slice(0, mostFound))) {
    const column = columns.find((own) => own.name === name);
    if (!column) {
      const reason = unusedColumns.find((own) => own.column === name)?.reason ?? "no such column";
      unused.push({ column: name, reason });
      continue;
    }
    const facet = facetOf(column, rows, column.kind === "number" ? numberGroups : categoryGroups);
    const own = largeGroups({
      columns: [name],
      chosenBy,
      names: facet.names,
      codes: facet.codes.map((codes) => Int16Array.from(codes, (code) => (facet.isGroup[code] ? code : -1))),
    });
    if (own.names.length < 2)
      unused.push({ column: name, reason: `fewer than two groups of ${leastRows} rows` });
    else groups.push(own);
  }
  const both: Groups[] = [];
  if (pairs)
    for (const [place, first] of groups.entries())
      for (const second of groups.slice(place + 1))
        if (both.length < mostPairs) both.push(crossed(first, second));
  return { groups: [...groups, ...both.filter(({ names }) => names.length > 2)], unused };
}

/** Only the groups with real rows enough, numbered anew. */
function largeGroups({ columns, chosenBy, names, codes }: Groups): Groups {
  const counts = new Float64Array(names.length);
  for (const code of codes[0]!) if (code >= 0) counts[code]!++;
  const kept = names.flatMap((_, code) => (counts[code]! >= leastRows ? [code] : []));
  const places = new Int16Array(names.length).fill(-1);
  for (const [place, code] of kept.entries()) places[code] = place;
  return {
    columns,
    chosenBy,
    names: kept.map((code) => names[code]!),
    codes: codes.map((own) => own.map((code) => (code < 0 ? -1 : places[code]!))),
  };
}

function crossed(first: Groups, second: Groups): Groups {
  const width = second.names.length;
  return largeGroups({
    columns: [...first.columns, ...second.columns],
    chosenBy: first.chosenBy,
    names: first.names.flatMap((a) => second.names.map((b) => `${a}, ${b}`)),
    codes: first.codes.map((own, table) =>
      own.map((code, row) => {
        const other = second.codes[table]![row]!;
        return code < 0 || other < 0 ? -1 : code * width + other;
      }),
    ),
  });
}
