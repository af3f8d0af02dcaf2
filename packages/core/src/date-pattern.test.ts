import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DatePattern } from "./date-pattern.ts";

const micros = (iso: string): number => Date.parse(iso) * 1000;

describe("DatePattern", () => {
  it.each([
    ["%Y-%m-%d", "2024-02-29", "2024-02-29T00:00:00Z"],
    ["%Y-%m-%dT%H:%M:%S", "1899-12-31T23:59:59", "1899-12-31T23:59:59Z"],
    ["%Y-%m-%d %H:%M:%S.%3f", "2024-05-06 07:08:09.120", "2024-05-06T07:08:09.120Z"],
    ["%-m/%-d/%Y", "1/5/2010", "2010-01-05T00:00:00Z"],
    ["%d.%m.%y", "05.01.69", "1969-01-05T00:00:00Z"],
    ["%d.%m.%y", "05.01.68", "2068-01-05T00:00:00Z"],
    ["%d-%^b-%Y", "07-MAR-2021", "2021-03-07T00:00:00Z"],
    ["%A, %B %-d, %Y", "Thursday, May 2, 2024", "2024-05-02T00:00:00Z"],
    ["%m%d%Y", "10142018", "2018-10-14T00:00:00Z"],
    ["%-I:%M %p", "12:05 AM", "1970-01-01T00:05:00Z"],
    ["%Y-%m-%dT%H:%M:%S%z", "2024-01-01T00:00:00+02:00", "2023-12-31T22:00:00Z"],
    ["%Y-%m", "1949-01", "1949-01-01T00:00:00Z"],
  ])("%s reads and writes %s", (pattern, text, iso) => {
    const compiled = new DatePattern(pattern);
    const value = compiled.parse(text);
    expect(value).toBe(micros(iso));
    expect(compiled.format(value, compiled.zone)).toBe(text);
  });

  it.each([
    ["%Y-%m-%d", "2023-02-29"],
    ["%Y-%m-%d", "2023-13-01"],
    ["%Y-%m-%d", "2023-1-01"],
    ["%-m/%-d/%Y", "01/5/2010"],
    ["%H:%M:%S", "24:00:00"],
    ["%A, %B %-d, %Y", "Friday, May 2, 2024"],
    ["%Y-%m-%d", "2023-01-01 "],
  ])("%s refuses %s", (pattern, text) => {
    expect(new DatePattern(pattern).parse(text)).toBeNaN();
  });

  it("keeps microseconds and the years from 1 to 9999", () => {
    const pattern = new DatePattern("%Y-%m-%d %H:%M:%S.%f");
    expect(pattern.format(pattern.parse("2024-05-06 07:08:09.000001"))).toBe("2024-05-06 07:08:09.000001");
    const days = new DatePattern("%Y-%m-%d");
    for (const text of ["0001-01-01", "1582-10-15", "9999-12-31"])
      expect(days.format(days.parse(text))).toBe(text);
  });

  it("agrees with the language on every day of 600 years", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 120_000 }), (day) => {
        const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
        expect(new DatePattern("%Y-%m-%d").format(day * 86_400e6)).toBe(text);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it("writes the offset that a named zone has at the instant", () => {
    const pattern = new DatePattern("%Y-%m-%d %H:%M%z");
    expect(pattern.format(micros("2024-07-01T10:00:00Z"), "Europe/Berlin")).toBe("2024-07-01 12:00+02:00");
    expect(pattern.format(micros("2024-01-01T10:00:00Z"), "Europe/Berlin")).toBe("2024-01-01 11:00+01:00");
  });

  it("names a directive that it does not know", () => {
    expect(() => new DatePattern("%Y-%Q")).toThrow(expect.objectContaining({ code: "VERISIM_DATE_FORMAT" }));
  });
});
