import { describe, expect, it } from "vitest";
import { parseDatetime } from "./datetime.ts";

describe("parseDatetime", () => {
  it("reads ISO dates and datetimes as microseconds", () => {
    expect(parseDatetime("1970-01-02")).toBe(86_400e6);
    expect(parseDatetime("2010-12-01 08:26:00")).toBe(Date.UTC(2010, 11, 1, 8, 26) * 1000);
    expect(parseDatetime("2010-12-01T08:26:00.25Z")).toBe(Date.UTC(2010, 11, 1, 8, 26) * 1000 + 250_000);
    expect(parseDatetime("2010-12-01T08:26:00.250000+02:00")).toBe(
      Date.UTC(2010, 11, 1, 6, 26) * 1000 + 250_000,
    );
  });

  it("reads the column's own format first", () => {
    expect(parseDatetime("10142018", "%m%d%Y")).toBe(Date.UTC(2018, 9, 14) * 1000);
    expect(parseDatetime("03/04/2020", "%d/%m/%Y")).toBe(Date.UTC(2020, 3, 3) * 1000);
    expect(parseDatetime("5 Mar 99, 1:05 pm", "%-d %b %y, %-I:%M %P")).toBe(
      Date.UTC(1999, 2, 5, 13, 5) * 1000,
    );
  });

  it("refuses days that do not exist and other text", () => {
    expect(parseDatetime("2021-02-29")).toBeUndefined();
    expect(parseDatetime("yesterday")).toBeUndefined();
  });
});
