// Which cell is no value of its column's type, where that is what DuckDB stopped at.

import { VerisimError } from "@verisim/core";
import { typedColumn } from "../duckdb/cell-sql.ts";
import { Database, sqlText } from "../duckdb/database.ts";
import type { PhysicalType } from "../write/physical-type.ts";
import type { Form } from "./column-forms.ts";

/** A column that DuckDB converts, and what may be wrong in it: its texts, or its least and greatest number. */
export interface ConvertedColumn {
  readonly name: string;
  readonly type: PhysicalType;
  readonly form: Form;
  readonly texts: readonly string[];
}

/** Texts that are looked at in one statement. */
const textsAtOnce = 2000;

export async function findMismatch(
  cause: Error,
  columns: readonly ConvertedColumn[],
): Promise<VerisimError | undefined> {
  if (!/Conversion Error|Invalid Input Error|Out of Range/.test(cause.message)) return undefined;
  return Database.use({ paths: [], memoryLimit: "192MB" }, async (database) => {
    for (const { name, type, form, texts } of columns) {
      const isNumber = form === "number";
      const cell = typedColumn(type).cell(isNumber ? "number" : "text", isNumber ? "t::DOUBLE" : "t");
      for (let from = 0; from < texts.length; from += textsAtOnce) {
        const values = texts.slice(from, from + textsAtOnce).map((text) => `(${sqlText(text)})`);
        const sql = `SELECT t FROM (VALUES ${values.join(", ")}) v(t) WHERE TRY(${cell}) IS NULL LIMIT 1`;
        const found = (await database.rows(sql).catch(() => []))[0];
        if (found) return cellMismatch(String(found[0]), type, name, cause);
      }
    }
    return undefined;
  });
}

export function cellMismatch(text: string, type: PhysicalType, column: string, cause: Error): VerisimError {
  return new VerisimError(
    "VERISIM_TYPE_MISMATCH",
    `Expected a value of type ${type.word} but received ${JSON.stringify(text.slice(0, 100))}.`,
    {
      where: { column },
      hint: "Leave the physical type out of the column's metadata to write text.",
      cause,
    },
  );
}
