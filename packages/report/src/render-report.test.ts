import { createHash } from "node:crypto";
import { figureSheet } from "@verisim/evaluate/figures";
import { expect, test } from "vitest";
import { measuredReport } from "../fixtures/measured.ts";
import { payloads } from "../fixtures/payloads.ts";
import {
  badReport,
  emptyReport,
  goodReport,
  hostileReport,
  narrowReport,
  wideReport,
} from "../fixtures/reports.ts";
import { renderReport } from "./render-report.ts";
import type { ReportInput } from "./report-input.ts";

const measured = await measuredReport();

const reports: Record<string, ReportInput> = {
  measured,
  "measured, leaky and compared": {
    ...measured,
    compared: [{ name: "b.csv", evaluation: badReport().evaluation }],
    earlier: figureSheet("old.json", goodReport().evaluation),
  },
  "compared by what each gives and costs": {
    ...measured,
    seconds: 1.5,
    compared: payloads.slice(0, 9).map((name, place) => ({
      name,
      evaluation: place === 0 ? measured.evaluation : badReport().evaluation,
      seconds: 10 ** place / 1000,
    })),
  },
  good: goodReport(),
  "good, without a holdout": goodReport(false),
  bad: badReport(),
  wide: wideReport(),
  "of one column": narrowReport(),
  "of no rows": emptyReport(),
  hostile: hostileReport(payloads),
};

test.each(Object.entries(reports))(
  "a %s report is the same document each time, without undefined figures",
  (_, input) => {
    const page = renderReport(input);
    expect(page).toBe(renderReport(structuredClone(input)));
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page).not.toMatch(/(?:NaN|Infinity|undefined)["%<,]/);
  },
);

test.each(Object.entries(reports))(
  "a %s report has no event handler, no inline style, no address to fetch",
  (_, input) => {
    const tags = renderReport(input).match(/<[a-z!][^>]*>/gi) ?? [];
    for (const tag of tags) {
      const names = [...tag.replace(/"[^"]*"/g, '""').matchAll(/\s([\w:-]+)=/g)].map((match) => match[1]!);
      expect(names.filter((name) => name === "style" || name.startsWith("on"))).toEqual([]);
      for (const [, address] of tag.matchAll(/(?:src|href)="([^"]*)"/g))
        expect(address).toMatch(/^(#|data:image\/png|data:,)/);
    }
  },
);

test("the frontier names who beats whom, and is there only where the time of all is known", () => {
  const compared = reports["compared by what each gives and costs"]!;
  const section = (input: ReportInput): string =>
    /<section id="frontier"[\s\S]*?<\/section>/.exec(renderReport(input))?.[0] ?? "";
  const page = section(compared);
  // The copy of the measured table took a thousandth of its time: it beats it; the bad ones are beaten by it.
  expect(page.match(/on it<\/b>/g)?.length).toBe(1);
  expect(page.match(/beaten by/g)?.length).toBe(9);
  expect(page.match(/<svg class="chart frontier"/g)?.length).toBe(2);
  const { seconds: _, ...untimed } = compared;
  expect(section(untimed)).toBe("");
});

test("the policy names exactly the style and the scripts of the page", () => {
  const page = renderReport(reports.good!);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(page)![1]!
    .replaceAll("&#39;", "'");
  const blocks = [...page.matchAll(/<(style|script)>([\s\S]*?)<\/\1>/g)];
  const hashes = blocks.map(
    ([, , text]) => `'sha256-${createHash("sha256").update(text!).digest("base64")}'`,
  );
  expect(policy).toBe(
    `default-src 'none'; style-src ${hashes[0]}; script-src ${hashes[1]} ${hashes[2]}; ` +
      "img-src data:; base-uri 'none'; form-action 'none'",
  );
});

test("a report of fifteen columns stays below 500 kB", () => {
  expect(Buffer.byteLength(renderReport(reports.good!))).toBeLessThan(500_000);
});

test("the scores, their ceilings and the way to a ceiling are on the page", () => {
  const page = renderReport(reports.good!);
  expect(page).toContain("real holdout <b>99.3%</b>");
  expect(page).not.toContain("--holdout FILE");
  expect(renderReport(reports["good, without a holdout"]!)).toContain("--holdout FILE");
});

test("no date is printed unless one is given", () => {
  expect(renderReport({ ...goodReport(), date: "6 May 2031" })).toContain("6 May 2031");
  expect(renderReport(goodReport())).not.toContain("6 May 2031");
});

test("options, files, timings, warnings and keys are on record", () => {
  const page = renderReport(reports.good!);
  for (const text of [
    "numericalDistributions",
    "{&quot;age&quot;:&quot;gamma&quot;}",
    "synthetic.csv",
    "830 ms",
    "1.56 s",
  ])
    expect(page).toContain(text);
  expect(page).toContain("primary key customer_id");
  expect(page).toContain("21,648 different values");
});

test("of a table wider than the heat maps, the columns in the weakest pairs are drawn", () => {
  const page = renderReport(wideReport(124));
  expect(page).toContain("Drawn are the 120 of 124 columns in the weakest pairs.");
});
