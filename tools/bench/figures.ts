// Figures of many runs as mean and spread: nested objects of numbers become rows by their dotted names, and runs of the
// same table and model become one line.

/** One run's figures by dotted name. */
export type Figures = Readonly<Record<string, number>>;

export interface RunFigures {
  readonly table: string;
  readonly model: string;
  readonly figures: Figures;
}

/** A figure over all runs of one table and model. */
export interface FigureSummary {
  readonly table: string;
  readonly model: string;
  readonly figure: string;
  readonly mean: number;
  /** Standard deviation between runs; null for a single run. */
  readonly spread: number | null;
  readonly runs: number;
}

/** Every finite number of nested objects, under the keys that lead to it: `{ quality: { shapes: 1 } }` is `quality.shapes`. */
export function flatFigures(value: unknown, name = ""): Record<string, number> {
  if (typeof value === "number") return Number.isFinite(value) && name !== "" ? { [name]: value } : {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, part]) => flatFigures(part, name === "" ? key : `${name}.${key}`)),
  ) as Record<string, number>;
}

/**
 * Mean and spread per table, model and figure, in the order in which they first come, and the same figure's mean over all
 * tables where there are several.
 */
export function summariseFigures(runs: readonly RunFigures[]): FigureSummary[] {
  const groups = new Map<string, { table: string; model: string; figure: string; values: number[] }>();
  for (const { table, model, figures } of runs)
    for (const [figure, value] of Object.entries(figures)) {
      const key = JSON.stringify([table, model, figure]);
      const group = groups.get(key) ?? { table, model, figure, values: [] };
      group.values.push(value);
      groups.set(key, group);
    }
  const summaries = [...groups.values()].map(({ values, ...names }) => ({
    ...names,
    ...meanAndSpread(values),
  }));
  return [...summaries, ...overAllTables(summaries)];
}

function meanAndSpread(values: readonly number[]): Pick<FigureSummary, "mean" | "spread" | "runs"> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null;
  return { mean, spread, runs: values.length };
}

/** Means of means, each table counting the same; only figures that every table of the model has. */
function overAllTables(summaries: readonly FigureSummary[]): FigureSummary[] {
  const tables = new Set(summaries.map(({ table }) => table));
  if (tables.size < 2) return [];
  const names = new Map(
    summaries.map(({ model, figure }) => [JSON.stringify([model, figure]), { model, figure }]),
  );
  return [...names.values()].flatMap(({ model, figure }) => {
    const parts = summaries.filter((one) => one.model === model && one.figure === figure);
    if (parts.length < tables.size) return [];
    const mean = parts.reduce((sum, part) => sum + part.mean, 0) / parts.length;
    const runs = parts.reduce((sum, part) => sum + part.runs, 0);
    return [{ table: "all tables", model, figure, mean, spread: null, runs }];
  });
}
