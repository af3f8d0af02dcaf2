import { numberColumn, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { profileColumn } from "./column-profile.ts";
import { detectMetadata } from "./detect-metadata.ts";
import { detectPii, isCardNumber } from "./pii.ts";
import { inferRegexFormat } from "./regex-format.ts";
import { detectColumn } from "./sdtype.ts";

const numbers = (count: number, make: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** The sdtype of a column whose cells are given row by row. */
function sdtypeOf(name: string, cells: readonly (string | null)[]): string {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const profile = profileColumn({
    name,
    rowCount: cells.length,
    missing: cells.filter((cell) => cell === null).length,
    texts: [...counts.keys()],
    counts: [...counts.values()],
  });
  return detectColumn(profile).sdtype;
}

describe("detectColumn", () => {
  it.each([
    ["more than ten numbers are numerical", "v", numbers(40, (i) => String(i % 11)), "numerical"],
    ["ten numbers are categories", "v", numbers(40, (i) => String(i % 10)), "categorical"],
    ["a handful of different measurements is numerical", "v", ["1.5", "2.5", "3.25", "4.125"], "numerical"],
    ["unique measurements are no ids", "weight", numbers(40, (i) => String(i * 37 + (i % 5))), "numerical"],
    ["numbers in sequence are ids where the name agrees", "row", numbers(40, (i) => String(i + 1)), "id"],
    [
      "numbers in sequence are numbers where it does not",
      "weight",
      numbers(40, (i) => String(i + 1)),
      "numerical",
    ],
    ["unique numbers named id are ids", "customer_id", numbers(40, (i) => String(i * 37)), "id"],
    [
      "repeated numbers named id are categories",
      "customer_id",
      numbers(40, (i) => String(i % 15)),
      "categorical",
    ],
    ["a name that only ends in id is no id", "paid", numbers(40, (i) => String(i * 37)), "numerical"],
    ["0 and 1 stay categories", "flag", numbers(40, (i) => String(i % 2)), "categorical"],
    ["yes and no are boolean", "flag", ["yes", "no", "yes"], "boolean"],
    ["True and False are boolean", "flag", ["True", "False"], "boolean"],
    ["two spellings of yes are categories", "flag", ["yes", "YES"], "categorical"],
    ["leading zeros make codes", "zip", numbers(40, (i) => `0${1000 + (i % 12)}`), "categorical"],
    ["codes of one pattern are ids", "x", numbers(40, (i) => `AB-${1000 + i}`), "id"],
    ["words are categories", "colour", ["red", "green", "red"], "categorical"],
    [
      "long different sentences are text",
      "note",
      numbers(40, (i) => `The note of day ${i} says a lot`),
      "text",
    ],
    ["no values are categories", "x", [null, null], "categorical"],
    ["dates are datetimes", "x", ["2024-01-01", "2024-01-02"], "datetime"],
  ])("%s", (_, name, cells, sdtype) => {
    expect(sdtypeOf(name, cells)).toBe(sdtype);
  });

  it("takes one word for missing numbers and remembers it", () => {
    const cells = [...numbers(40, (i) => String(i)), " ", " "];
    const profile = profileColumn({
      name: "v",
      rowCount: 42,
      missing: 0,
      texts: [...new Set(cells)],
      counts: [...numbers(40, () => "1").map(Number), 2],
    });
    expect(detectColumn(profile)).toEqual({
      sdtype: "numerical",
      numberStyle: "integer",
      decimals: 0,
      missingText: " ",
      nullable: true,
    });
    expect(sdtypeOf("v", [...cells, "?"])).toBe("numerical");
    expect(sdtypeOf("v", [...cells, "ill"])).not.toBe("numerical");
  });
});

describe("detectPii", () => {
  it.each([
    ["contact", ["a@b.de", "c.d@e.org", "x+y@z.co.uk"], "email"],
    ["host", ["10.0.0.1", "192.168.1.20", "8.8.8.8"], "ipv4_address"],
    ["device", ["00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5F", "AA:1A:2B:3C:4D:5E"], "mac_address"],
    ["account", ["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606"], "iban"],
    ["payment", ["4539 1488 0343 6467", "5555555555554444", "378282246310005"], "credit_card_number"],
    ["ssn", ["123-45-6789", "987-65-4321"], "ssn"],
    ["Phone", ["+49 170 1234567", "(555) 123-4567"], "phone_number"],
    ["FirstName", ["Luís", "Anne-Marie"], "first_name"],
    ["last_name", ["O’Neil", "von Braun"], "last_name"],
    ["Name", ["Ada Lovelace", "Alan Turing"], "name"],
    ["street_address", ["Main St 5", "Elm Road 12b"], "street_address"],
    ["site", ["https://a.org/x", "http://b.de", "https://c.io"], "url"],
    ["agent", ["Mozilla/5.0 (X11)", "Opera/9.8 (Win)", "Mozilla/4.0 (Mac)"], "user_agent_string"],
  ])("finds %s with %j as %s", (name, texts, sdtype) => {
    expect(detectPii(name, texts, 1)?.sdtype).toBe(sdtype);
  });

  it.each([
    ["phone", ["Nokia", "Samsung"]],
    ["product_name", ["Blue Pen", "Red Pen"]],
    ["version", ["1.2.3", "1.2.4", "1.3.0"]],
    ["account", ["DE89370400440532013001", "GB82WEST12345698765431", "x"]],
    ["amount", ["100", "200", "300"]],
  ])("takes a column %s with %j for no personal data", (name, texts) => {
    expect(detectPii(name, texts, 1)).toBeNull();
  });

  it("leaves cities that repeat to be learnt", () => {
    expect(detectPii("city", ["Berlin", "Paris"], 0.01)).toBeNull();
    expect(detectPii("city", ["Berlin", "Paris"], 0.9)?.sdtype).toBe("city");
  });

  it("checks the digits of card numbers", () => {
    expect(isCardNumber("4111111111111111")).toBe(true);
    expect(isCardNumber("4111111111111112")).toBe(false);
    expect(isCardNumber("0000000000000000")).toBe(false);
  });
});

describe("inferRegexFormat", () => {
  it.each([
    [
      numbers(50, (i) => `${1000 + i * 131}-${"ABCDEFGHIJ"[i % 10]}${"KLMNOPQRST"[i % 7]}`),
      "[0-9]{4}-[A-Z]{2}",
    ],
    [numbers(50, (i) => `INV-${100 + i * 13}`), "INV-[0-9]{3}"],
    [["a1", "b22", "c333"], "[a-z][0-9]{1,3}"],
    [numbers(50, (i) => String(i + 1)), "[1-9][0-9]{0,1}"],
    [["A.1", "B.2"], "[A-Z]\\.[0-9]"],
  ])("finds a pattern that all of them keep", (texts, pattern) => {
    expect(inferRegexFormat(texts)).toBe(pattern);
    for (const text of texts) expect(text).toMatch(new RegExp(`^(?:${pattern})$`));
  });

  it("finds none in words of many forms", () => {
    expect(inferRegexFormat(["ab-1", "1-ab", "x"])).toBeUndefined();
  });
});

describe("detectMetadata", () => {
  it("fits the table as it is", () => {
    const table = new Table([
      numberColumn("age", numbers(30, (i) => String(20 + i)).map(Number)),
      numberColumn("rate", [...numbers(29, (i) => String(i / 4)).map(Number), Number.NaN]),
      numberColumn("id", numbers(30, (i) => String(i)).map(Number)),
      textColumn(
        "customer_id",
        numbers(30, (i) => `C${100 + i}`),
      ),
      textColumn(
        "digits",
        numbers(30, (i) => String(i * 3)),
      ),
      textColumn(
        "sex",
        numbers(30, (i) => (i % 2 ? "f" : "m")),
      ),
    ]);
    const metadata = detectMetadata(table);
    expect(metadata.primaryKey).toBe("customer_id");
    expect(metadata.columns).toMatchObject({
      age: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
      rate: { sdtype: "numerical", numberStyle: "shortest", decimals: 2, nullable: true },
      id: { sdtype: "numerical", numberStyle: "integer" },
      digits: { sdtype: "categorical" },
      sex: { sdtype: "categorical" },
    });
  });
});
