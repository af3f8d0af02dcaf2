import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sharedData } from "@verisim/testing";
import { afterAll, describe, expect, it } from "vitest";
import { readTable, writeTable } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-real-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function text(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Share of lines that are not the same; the real files hold no line break inside a cell. */
function differentLines(one: string, two: string): number {
  const [a, b] = [one.split("\n"), two.split("\n")];
  const length = Math.max(a.length, b.length);
  let count = 0;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) count++;
  return count / length;
}

const exact = [
  "adult/train.csv.gz",
  "adult/test.csv",
  "telco_churn/data.csv",
  "online_retail/data.csv.gz",
  "icu2012_table/data.csv",
  "california_housing/data.csv",
  "insurance/data.csv",
  "penguins/data.csv",
  "iris/data.csv",
  "breast_cancer/data.csv",
  "crop_recommendation/data.csv",
  "nsl_kdd/train.csv.gz",
  "chinook/Customer.csv",
  "berka/card.csv",
  "dow30_stocks/data.csv.gz",
];

describe.each(exact)("%s", (name) => {
  const path = sharedData(name);
  if (!path) console.warn(`skipped: ${name} is not beside the repository`);

  it.skipIf(!path)("comes back as it was, to the last byte", async () => {
    const { table, metadata } = await readTable(path!);
    const copy = join(folder, "copy.csv");
    await writeTable(copy, table, metadata);
    expect(differentLines(text(path!), readFileSync(copy, "utf8"))).toBe(0);
  });
});

// Texts with a number sign, which begins a comment in some dialects, are written in quotes.
describe.each(["squirrel_census/data.csv", "sms_spam/data.csv"])("%s", (name) => {
  const path = sharedData(name);

  it.skipIf(!path)("comes back as it was, but for quotes around texts with a number sign", async () => {
    const { table, metadata } = await readTable(path!);
    const copy = join(folder, "copy.csv");
    await writeTable(copy, table, metadata);
    const plain = (lines: string): string => lines.replace(/"([^",\n]*#[^",\n]*)"/g, "$1");
    expect(differentLines(plain(text(path!)), plain(readFileSync(copy, "utf8")))).toBe(0);
    expect((await readTable(copy, { metadata })).table.columns).toEqual(table.columns);
  });
});

// Cells such as 7.68e-05 among plain decimals keep their value but are written out.
describe.each(["creditcard_fraud/data.csv.gz", "mammography/data.csv", "shoppers/train.csv"])(
  "%s",
  (name) => {
    const path = sharedData(name);

    it.skipIf(!path)("comes back with equal numbers, and says which are written in another way", async () => {
      const first = await readTable(path!);
      expect(first.warnings.join()).toContain("in several ways");
      const copy = join(folder, "copy.csv");
      await writeTable(copy, first.table, first.metadata);
      expect(differentLines(text(path!), readFileSync(copy, "utf8"))).toBeLessThan(0.01);
      const second = await readTable(copy, { metadata: first.metadata });
      expect(second.table.columns).toEqual(first.table.columns);
    });
  },
);

describe("what the columns of real files mean", () => {
  const sdtypes = async (name: string): Promise<Record<string, string>> => {
    const { metadata } = await readTable(sharedData(name)!);
    return Object.fromEntries(
      Object.entries(metadata.columns).map(([column, { sdtype }]) => [column, sdtype]),
    );
  };

  it.skipIf(!sharedData("adult/train.csv.gz"))(
    "Adult: six numerical columns, the rest categories",
    async () => {
      const found = await sdtypes("adult/train.csv.gz");
      const numerical = Object.keys(found).filter((name) => found[name] === "numerical");
      expect(numerical).toEqual([
        "age",
        "fnlwgt",
        "education-num",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
      ]);
      expect(Object.values(found).filter((sdtype) => sdtype === "categorical")).toHaveLength(9);
    },
  );

  it.skipIf(!sharedData("telco_churn/data.csv"))(
    "Telco: a key with its pattern, blanks as missing",
    async () => {
      const { table, metadata } = await readTable(sharedData("telco_churn/data.csv")!);
      expect(metadata.primaryKey).toBe("customerID");
      expect(metadata.columns["customerID"]).toEqual({
        sdtype: "id",
        regexFormat: "[0-9]{4}-[A-Z]{5}",
        regexLearnt: true,
      });
      expect(metadata.columns["TotalCharges"]).toMatchObject({ sdtype: "numerical", nullable: true });
      expect(metadata.columns["Churn"]).toEqual({ sdtype: "boolean" });
      expect(metadata.columns["SeniorCitizen"]).toEqual({ sdtype: "categorical", rangeValues: ["0", "1"] });
      expect(table.column("tenure").kind).toBe("number");
    },
  );

  it.skipIf(!sharedData("online_retail/data.csv.gz"))(
    "Online retail: repeated codes are categories",
    async () => {
      const found = await sdtypes("online_retail/data.csv.gz");
      expect(found).toEqual({
        InvoiceNo: "categorical",
        StockCode: "categorical",
        Description: "categorical",
        Quantity: "numerical",
        InvoiceDate: "datetime",
        UnitPrice: "numerical",
        CustomerID: "categorical",
        Country: "categorical",
      });
    },
  );

  it.skipIf(!sharedData("squirrel_census/data.csv"))(
    "Squirrels: compact dates, places, free text",
    async () => {
      const { metadata } = await readTable(sharedData("squirrel_census/data.csv")!);
      expect(metadata.columns["Date"]).toEqual({ sdtype: "datetime", datetimeFormat: "%m%d%Y" });
      expect(metadata.columns["X"]).toEqual({ sdtype: "numerical", numberStyle: "shortest", decimals: 13 });
      expect(metadata.columns["Unique Squirrel ID"]).toMatchObject({ sdtype: "id" });
      expect(metadata.columns["Other Activities"]).toMatchObject({ sdtype: "text" });
      expect(metadata.columns["Lat/Long"]).toEqual({
        sdtype: "id",
        regexFormat: "POINT \\(-73\\.[0-9]{9,14} 40\\.[0-9]{10,15}\\)",
      });
      expect(metadata.primaryKey).toBeUndefined();
    },
  );

  it.skipIf(!sharedData("chinook/Customer.csv"))("Chinook: personal data by name and content", async () => {
    const { metadata } = await readTable(sharedData("chinook/Customer.csv")!);
    const pii = Object.entries(metadata.columns).filter(([, column]) => column.pii === true);
    expect(Object.fromEntries(pii.map(([name, column]) => [name, column.sdtype]))).toMatchObject({
      FirstName: "first_name",
      LastName: "last_name",
      Email: "email",
      Phone: "phone_number",
      Fax: "phone_number",
      Address: "street_address",
    });
    expect(metadata.primaryKey).toBe("CustomerId");
  });
});
