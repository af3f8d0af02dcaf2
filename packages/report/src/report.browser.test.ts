// What a reader meets: the report opened from a file, offline, in a real browser.

import { figureSheet } from "@verisim/evaluate/figures";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launch, openReport } from "../fixtures/browser.ts";
import { markContrast, weakTexts } from "../fixtures/contrast.ts";
import { measuredReport } from "../fixtures/measured.ts";
import { badReport, emptyReport, goodReport, narrowReport, wideReport } from "../fixtures/reports.ts";
import { renderReport } from "./render-report.ts";
import type { ReportInput } from "./report-input.ts";

const inputOf = (input: ReportInput | (() => Promise<ReportInput>)): Promise<ReportInput> | ReportInput =>
  typeof input === "function" ? input() : input;

describe.skipIf(chromiumPath === null)("the report in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  // Every section at once: all parts, two tables beside it, an earlier judgement.
  const whole = async (): Promise<ReportInput> => {
    const report = await measuredReport();
    const other = { ...report.evaluation, quality: badReport().evaluation.quality };
    return {
      ...report,
      compared: [
        { name: "ctgan.csv", evaluation: other },
        { name: "copula.csv", evaluation: report.evaluation },
      ],
      earlier: figureSheet("last-week.json", other),
    };
  };

  const kinds = {
    whole,
    good: goodReport(),
    bad: badReport(),
    wide: wideReport(),
    narrow: narrowReport(),
    empty: emptyReport(),
  };

  test.each(Object.entries(kinds))(
    "a %s report makes no request, logs nothing and stays within the width",
    async (_, input) => {
      for (const width of [1280, 390]) {
        const { page, incidents, close } = await openReport(browser, renderReport(await inputOf(input)), {
          width,
        });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        expect(incidents).toEqual([]);
        await close();
      }
    },
  );

  test.each(["light", "dark"] as const)(
    "every text and mark has enough contrast in %s",
    async (colorScheme) => {
      const { page, close } = await openReport(browser, renderReport(badReport()), { colorScheme });
      await page.click("#open-all");
      expect(await weakTexts(page)).toEqual([]);
      const all = await openReport(browser, renderReport(await whole()), { colorScheme });
      await all.page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      expect(await weakTexts(all.page)).toEqual([]);
      for (const selector of [".interval circle", ".share-bar rect", ".strip circle"])
        expect(await markContrast(all.page, selector, "fill"), selector).toBeGreaterThanOrEqual(3);
      await all.close();
      for (const [selector, property] of [
        [".chart .synthetic-line", "stroke"],
        [".chart .real-line", "stroke"],
        [".chart .holdout-line", "stroke"],
        [".chart .synthetic-bar", "fill"],
        [".score-bar .fill", "fill"],
        [".chart .axis", "stroke"],
      ] as const)
        expect(await markContrast(page, selector, property), selector).toBeGreaterThanOrEqual(3);
      await close();
    },
  );

  test("the theme button overrides the system's scheme and returns to it", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()), { colorScheme: "dark" });
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.click("#theme");
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.click("#theme");
    expect([await ground(), await page.textContent("#theme")]).toEqual([dark, "Theme: dark"]);
    await page.click("#theme");
    await page.emulateMedia({ colorScheme: "light" });
    expect([await ground(), await page.textContent("#theme")]).toEqual([light, "Theme: auto"]);
    await close();
  });

  test("charts and heat maps are visible and have a size", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()));
    const boxes = await page.$$eval(".column-card .chart, .map-cells img", (marks) =>
      marks.map((mark) => mark.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)),
    );
    expect(boxes).toHaveLength(6 + 3);
    expect(Math.min(...boxes)).toBeGreaterThan(100);
    const decoded = await page.$$eval(".map-cells img", (images) =>
      images.map((image) => (image as HTMLImageElement).naturalWidth),
    );
    expect(decoded).toEqual([238, 238, 238]); // 14 columns of 17 pixels
    await close();
  });

  test("on a phone no cell of the table runs into the next one", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()), { width: 390 });
    const overflowing = await page.$$eval("#column-table tr:first-child > *", (cells) =>
      cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent),
    );
    expect(overflowing).toEqual([]);
    await close();
  });

  test("the table sorts both ways, undefined figures last", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()));
    const names = (): Promise<string[]> =>
      page.$$eval("#column-table tbody", (rows) => rows.map((row) => (row as HTMLElement).dataset.name!));
    const scores = (): Promise<string[]> =>
      page.$$eval("#column-table tbody", (rows) => rows.map((row) => (row as HTMLElement).dataset.score!));
    expect((await names())[0]).toBe("hours-per-week");
    await page.click('[data-sort="score"]');
    const falling = await scores();
    expect(falling.at(-1)).toBe("");
    expect(falling.slice(0, -1).map(Number)).toEqual(
      falling
        .slice(0, -1)
        .map(Number)
        .toSorted((a, b) => b - a),
    );
    expect(await page.getAttribute('th:has([data-sort="score"])', "aria-sort")).toBe("descending");
    await page.click('[data-sort="name"]');
    expect((await names()).slice(0, 3)).toEqual(["age", "capital-gain", "customer_id"]);
    await page.focus('[data-sort="missing-synthetic"]');
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect((await names())[0]).toBe("occupation");
    await close();
  });

  test("the table filters by name and type, and a row opens to its chart", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()));
    await page.fill("#column-filter", "CAPITAL");
    expect(await page.textContent("#column-count")).toBe("1 of 15");
    expect(await page.locator("#column-table tbody:visible").count()).toBe(1);
    await page.fill("#column-filter", "");
    await page.selectOption("#type-filter", "datetime");
    expect(await page.locator("#column-table tbody:visible").count()).toBe(1);
    expect(await page.locator(".details:visible").count()).toBe(0);
    await page.focus("#column-table tbody:visible .open");
    await page.keyboard.press("Enter");
    expect(await page.locator(".details:visible .chart").count()).toBe(1);
    await close();
  });

  test("a card's name leads to its row, opened, even where a filter hides it", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()));
    await page.fill("#column-filter", "income");
    await page.click(".column-card h3 a");
    expect(await page.locator(".details:visible .label-head").first().isVisible()).toBe(true);
    expect(
      await page.evaluate(() => document.querySelector("tbody.is-open")?.getAttribute("data-name")),
    ).toBe("hours-per-week");
    await close();
  });

  test("charts read their values under the pointer and by arrow keys", async () => {
    const { page, close } = await openReport(browser, renderReport(badReport()));
    const bars = page.locator(".column-card", { hasText: "label" }).locator(".chart").first();
    await bars.scrollIntoViewIfNeeded();
    await bars.hover({ position: { x: 100, y: 14 } });
    expect(await page.textContent("#tooltip")).toBe("rare\nreal 43.8%, synthetic 90.0%\nreal holdout 43.9%");
    const histogram = page.locator(".column-card", { hasText: "ratio" }).locator(".chart").first();
    await histogram.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect((await page.textContent("#tooltip"))?.split("\n")[0]).toBe("2.5e-4 to 5e-4");
    await page.keyboard.press("Escape");
    expect(await page.locator("#tooltip").isVisible()).toBe(false);
    await close();
  });

  test("heat maps name the pair under the pointer and move by arrow keys", async () => {
    const input = goodReport();
    const { page, close } = await openReport(browser, renderReport(input));
    const names: string[] = JSON.parse((await page.textContent("#pair-data"))!).names;
    const map = page.locator(".map-cells").nth(1);
    await map.scrollIntoViewIfNeeded();
    await map.hover({ position: { x: 17 * 3 + 5, y: 17 * 1 + 5 } });
    const [column, row] = [names[3]!, names[1]!];
    const pair = input.evaluation.quality.columnPairTrends.pairs.find(
      ({ column1, column2 }) => [column1, column2].includes(column) && [column1, column2].includes(row),
    )!;
    const tip = (await page.textContent("#tooltip"))!;
    expect(tip.split("\n")[0]).toBe(`${row} \u00d7 ${column}`);
    expect(tip).toContain(`real ${pair.real!.toFixed(2)}, synthetic ${pair.synthetic!.toFixed(2)}`);
    expect(tip).toContain(`score ${(pair.score! * 100).toFixed(1)}%`);
    await page.locator(".map-cells").nth(0).focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.textContent("#map-readout")).toContain(`${names[1]} \u00d7 ${names[0]}`);
    await close();
  });

  test("a wide table shows one map at a time, chosen by keyboard, in a frame that scrolls", async () => {
    const { page, close } = await openReport(browser, renderReport(wideReport()));
    const visible = (): Promise<string[]> =>
      page.$$eval("figure.map", (maps) =>
        maps
          .filter((map) => map.getClientRects().length > 0)
          .map((map) => map.querySelector("b")!.textContent!),
      );
    expect(await visible()).toEqual(["Difference"]);
    await page.focus("#map-2");
    await page.keyboard.press("ArrowLeft");
    expect(await visible()).toEqual(["Synthetic"]);
    const frame = await page
      .locator("figure.map:visible .map-scroll")
      .evaluate((box) => [box.scrollWidth > box.clientWidth, box.clientHeight]);
    expect(frame[0]).toBe(true);
    expect(frame[1]).toBeLessThan(900);
    await close();
  });

  test("without scripts everything is there: details open, controls hidden", async () => {
    const { page, incidents, close } = await openReport(browser, renderReport(badReport()), {
      javaScriptEnabled: false,
    });
    expect(await page.locator(".details:visible").count()).toBe(6);
    expect(await page.locator(".script-only:visible").count()).toBe(0);
    expect(incidents).toEqual([]);
    await close();
  });

  test("on paper the page is light and has no controls", async () => {
    const { page, close } = await openReport(browser, renderReport(goodReport()), { colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
    expect(await page.locator("nav:visible, .controls:visible").count()).toBe(0);
    expect(await weakTexts(page)).toEqual([]);
    await close();
  });

  test("on paper nothing that was folded is missing", async () => {
    const { page, close } = await openReport(browser, renderReport(await whole()));
    const folded = (): Promise<number> =>
      page.$$eval(
        "details:not([open])",
        (all) => all.filter((one) => !one.lastElementChild!.checkVisibility()).length,
      );
    expect(await folded()).toBeGreaterThan(3);
    await page.emulateMedia({ media: "print" });
    expect(await folded()).toBe(0);
    await close();
  });

  test("the verdict's tiles lead to their sections by keyboard, and every link has its place", async () => {
    const { page, close } = await openReport(browser, renderReport(await whole()));
    const questions = await page.$$eval(".answer .question", (all) => all.map((one) => one.textContent));
    expect(questions).toEqual([
      "Does it look like the real data?",
      "Can a model tell it apart?",
      "Is all of the variety there?",
      "Does a model learn as much from it?",
      "Are groups treated alike?",
      "Does it give people away?",
      "Is every value valid?",
    ]);
    await page.focus(".answer:nth-child(6) a");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#privacy$/);
    const lost = await page.$$eval('a[href^="#"]', (links) =>
      links
        .map((link) => link.getAttribute("href")!.slice(1))
        .filter((id) => id !== "" && !document.getElementById(id)),
    );
    expect(lost).toEqual([]);
    await close();
  });

  test("a score leads to its column, the column to its weakest pair, the pair to what is wrong with it", async () => {
    const { page, close } = await openReport(browser, renderReport(await whole()));
    await page.click(".column-card h3 a");
    await page.locator("tbody.is-open .details a[href^='#pair-']").first().click();
    const open = page.locator("details[open].pair-details");
    await open.waitFor();
    expect(await open.count()).toBe(1);
    expect(await open.locator(".joint td").first().isVisible()).toBe(true);
    await open.locator("p a").first().click();
    await page.waitForURL(/#column-\d+$/);
    await close();
  });

  test("headings descend without gaps, tables have heads and pictures names: what a screen reader goes by", async () => {
    const { page, close } = await openReport(browser, renderReport(await whole()));
    const found = await page.evaluate(() => {
      const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((head) => Number(head.tagName[1]));
      return {
        jumps: levels.filter((level, place) => place > 0 && level > levels[place - 1]! + 1).length,
        headless: [...document.querySelectorAll("table")].filter((one) => !one.querySelector("th")).length,
        nameless: [...document.querySelectorAll('svg[role="img"], div[role="img"]')].filter(
          (one) => !one.getAttribute("aria-label"),
        ).length,
        loud: [...document.querySelectorAll("svg:not([role]):not([aria-hidden])")].length,
        repeated: [...document.querySelectorAll("[id]")]
          .map((one) => one.id)
          .filter((id, at, all) => all.indexOf(id) !== at),
      };
    });
    expect(found).toEqual({ jumps: 0, headless: 0, nameless: 0, loud: 0, repeated: [] });
    await close();
  });
});
