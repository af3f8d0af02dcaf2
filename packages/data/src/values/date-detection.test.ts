import { describe, expect, it } from "vitest";
import { detectDate } from "./date-detection.ts";

const micros = (iso: string): number => Date.parse(iso) * 1000;

describe("detectDate", () => {
  it.each([
    [["2024-01-02", "2023-12-31"], "%Y-%m-%d"],
    [["2024-01-02 03:04:05"], "%Y-%m-%d %H:%M:%S"],
    [["2024-01-02T03:04:05.123456Z"], "%Y-%m-%dT%H:%M:%S.%f%z"],
    [["01/02/2024", "12/31/2023"], "%m/%d/%Y"],
    [["01/02/2024", "31/12/2023"], "%d/%m/%Y"],
    [["1/2/2024", "12/31/2023"], "%-m/%-d/%Y"],
    [["12/1/2010 8:26", "12/1/2010 10:03"], "%m/%-d/%Y"],
    [["01.02.2024"], "%d.%m.%Y"],
    [["2024/01/02"], "%Y/%m/%d"],
    [["01/02/24"], "%m/%d/%y"],
    [["Jan 5, 2024", "Mar 15, 2023"], "%b %-d, %Y"],
    [["05-Jan-2024"], "%d-%b-%Y"],
    [["1949-01", "1960-12"], "%Y-%m"],
    [["10:30:00", "23:59:59"], "%H:%M:%S"],
  ])("finds the pattern of %j", (texts, pattern) => {
    const found = detectDate("x", texts)?.pattern.pattern;
    if (texts[0] === "12/1/2010 8:26") expect(found).toBe("%-m/%-d/%Y %-H:%M");
    else expect(found).toBe(pattern);
  });

  it("takes digits alone for a date only where the name says so", () => {
    expect(detectDate("Date", ["10142018", "10062018"])?.pattern.pattern).toBe("%m%d%Y");
    expect(detectDate("order_date", ["20240131"])?.pattern.pattern).toBe("%Y%m%d");
    expect(detectDate("amount", ["10142018", "10062018"])).toBeNull();
    expect(detectDate("birth_number", ["706213"])).toBeNull();
  });

  it("keeps one zone and reports several", () => {
    expect(detectDate("t", ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"])?.zone).toBe("Z");
    const mixed = detectDate("t", ["2024-01-01T00:00:00+01:00", "2024-07-01T00:00:00+02:00"]);
    expect(mixed?.mixedZones).toBe(true);
    expect(mixed?.values[1]).toBe(micros("2024-06-30T22:00:00Z"));
  });

  it.each([[["hello"]], [["1.5", "2.5"]], [["2024-01-02", "soon"]], [["1.10.2020.5"]]])(
    "finds none in %j",
    (texts) => {
      expect(detectDate("x", texts)).toBeNull();
    },
  );
});
