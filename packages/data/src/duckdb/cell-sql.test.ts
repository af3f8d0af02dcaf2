import { type ColumnMetadata, DatePattern, type NumberStyle, numberColumn, Table } from "@verisim/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberText } from "../values/number-text.ts";
import { type FileColumn, textColumn } from "./cell-sql.ts";
import { Database } from "./database.ts";
import { Staging } from "./staging.ts";

/** The cells that the database writes for numbers, and how they waited. */
async function written(column: FileColumn, values: readonly number[]): Promise<[string[], string]> {
  return Database.use({ paths: [], memoryLimit: "256MB" }, async (database) => {
    const staging = new Staging(database, [column], undefined);
    await staging.append(new Table([numberColumn("x", values)]));
    const [segment] = staging.finish();
    const form = segment!.forms[0]!;
    const rows = await database.rows(`SELECT ${column.cell(form, "c0")} FROM ${segment!.table}`);
    return [rows.map(([text]) => String(text)), form];
  });
}

describe("numbers written by the database", () => {
  const styles: NumberStyle[] = ["integer", "fixed", "shortest", "point"];
  const formats = styles.flatMap((style) =>
    [undefined, 0, 1, 2, 6, 9, 13, 15].map((decimals) => ({ style, decimals })),
  );
  const moderate = fc.oneof(
    fc.double({ min: -99, max: 99, noNaN: true }),
    fc
      .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(9))
      .map(([whole, digits]) => whole / 10 ** digits),
    fc.constantFrom(0, -0, 0.5, -0.5, 2.5, -2.5, 1.005, 2.675, 1e-7, -1e-7, 0.1 + 0.2),
  );
  const any = fc.oneof(moderate, fc.double({ noNaN: true, noDefaultInfinity: true }));

  it.each(formats)("are the characters of numberText: $style with $decimals digits", async (format) => {
    const metadata: ColumnMetadata = {
      sdtype: "numerical",
      numberStyle: format.style,
      ...(format.decimals === undefined ? {} : { decimals: format.decimals }),
    };
    for (const values of [
      fc.sample(moderate, { seed: 3, numRuns: 3000 }),
      fc.sample(any, { seed: 4, numRuns: 500 }),
    ]) {
      const [texts] = await written(textColumn(metadata), values);
      expect(texts).toEqual(values.map((value) => numberText(value, format)));
    }
  });

  it("are made by SQL where they can be, and copied where they cannot", async () => {
    const metadata: ColumnMetadata = { sdtype: "numerical", numberStyle: "fixed", decimals: 2 };
    expect(await written(textColumn(metadata), [1, 2.5])).toEqual([["1.00", "2.50"], "number"]);
    expect(await written(textColumn(metadata), [1, 1e15])).toEqual([["1.00", "1000000000000000.00"], "text"]);
  });
});

describe("instants written by the database", () => {
  it.each([
    ["%Y-%m-%d", undefined, "number"],
    ["%d.%m.%y %H:%M:%S.%f", undefined, "number"],
    ["%-m/%-d/%Y %-I:%M %p", undefined, "number"],
    ["%A, %-d %B %Y (100%%)", undefined, "number"],
    ["%Y-%m-%dT%H:%M:%S.%3f%z", "+05:30", "number"],
    ["%Y-%m-%dT%H:%M:%SZ it's", undefined, "number"],
    ["%Y-%m-%d %H:%M:%S%z", "Europe/Berlin", "text"],
    ["%d-%^b-%Y %I:%M %P", undefined, "text"],
    ["%H:%M:%S.%2f", undefined, "text"],
  ])("%s in zone %s are the characters of DatePattern", async (datetimeFormat, timeZone, form) => {
    const instants = fc
      .integer({ min: -62_135_596_800, max: 253_402_300_799 })
      .chain((second) =>
        fc.nat(999_999).map((micros) => second * 1e6 + (Math.abs(second) < 8e9 ? micros : 0)),
      );
    const values = [0, -1, 1.7e15, ...fc.sample(instants, { seed: 5, numRuns: 500 })];
    const column = textColumn({
      sdtype: "datetime",
      datetimeFormat,
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    const inside = values.filter(
      (value) => value < 253_402_300_799e6 - 86_400e6 && value > -62_135_596_800e6 + 86_400e6,
    );
    const [texts, waited] = await written(column, inside);
    const pattern = new DatePattern(datetimeFormat);
    expect(texts).toEqual(inside.map((value) => pattern.format(value, timeZone)));
    expect(waited).toBe(form);
  });
});
