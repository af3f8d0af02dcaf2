// A column whose cells are all different among the rows of a parent, for lists of unique items: numbers, dates and choices
// get one place each out of equal stretches of their range, texts are unique in the whole table.

import { RegexLanguage } from "@verisim/transforms";
import { usualRepeat } from "../columns/pattern-column.ts";
import type { ColumnModel } from "../model/model.ts";
import {
  columnOf,
  datetimeFormatOf,
  gridNumber,
  gridOf,
  rootRows,
  type SchemaColumn,
  type SchemaTable,
  valueType,
  withinLength,
} from "./schema-column.ts";

export interface DistinctColumn {
  /** In order; the last one is the column. */
  readonly columns: Readonly<Record<string, ColumnModel>>;
  /** Rows that a parent can have at most. */
  readonly most: number;
}

/** A place of so many for each row of a parent, no two alike. */
const placeOf = (size: number): string => {
  const from = (index: string) => `floor(${index} * ${size} / count)`;
  return `${from("index")} + floor(uniform() * (${from("(index + 1)")} - ${from("index")}))`;
};

const mostPlaces = 1e6;

/** Undefined where no such column is known. */
export function distinctColumn(
  column: SchemaColumn,
  count: SchemaTable["count"],
): DistinctColumn | undefined {
  const { name, type, values, pattern, optional } = column;
  if (optional) return undefined;
  const one = (model: ColumnModel, most: number): DistinctColumn => ({ columns: { [name]: model }, most });
  const choices = values && values.length > 0 ? [...new Set(values)] : undefined;
  if (choices || type === "boolean") {
    const labels = choices ?? ["false", "true"];
    const place = `${name}_place`;
    const valued = valueType(column);
    const table = Object.fromEntries(labels.map((label, i) => [i, { [label]: 1 }]));
    return {
      columns: {
        [place]: { formula: placeOf(labels.length), hidden: true },
        [name]: { given: place, table, ...(valued && { type: valued }) } as ColumnModel,
      },
      most: labels.length,
    };
  }
  switch (type) {
    case "integer":
    case "number": {
      const grid = gridOf(column, 1000);
      const size = Math.min(mostPlaces, grid.to - grid.from + 1);
      const formula = `${gridNumber(1, grid)} * (${grid.from} + ${placeOf(size)})`;
      return one({ formula, type: "number", decimals: grid.decimals }, size);
    }
    case "date":
    case "datetime": {
      const time = type === "date" ? "" : " + uniform()";
      const formula = `date('2024-01-01') + days(${placeOf(365)}${time})`;
      return one({ formula, type: "datetime", datetimeFormat: datetimeFormatOf(column) }, 365);
    }
    case "text": {
      const model = columnOf(column);
      if ("key" in model) return one(model, Number.POSITIVE_INFINITY);
      if (pattern !== undefined) {
        const rows = BigInt(rootRows * Math.max(10, count?.max ?? 0));
        const isLarge = new RegexLanguage(pattern, usualRepeat).size >= rows;
        return isLarge && column.minLength === undefined && column.maxLength === undefined
          ? one({ pattern, unique: true }, Number.POSITIVE_INFINITY)
          : undefined;
      }
      // What is cut may no longer differ.
      const isWhole = Object.keys(withinLength(column, model)).length === 1;
      return isWhole ? one({ ...model, unique: true } as ColumnModel, Number.POSITIVE_INFINITY) : undefined;
    }
  }
}
