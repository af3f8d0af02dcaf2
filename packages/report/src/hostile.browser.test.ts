// Hostile names and values in every place of the report, in a real browser: shown as text, never run, never fetched.
// The second test takes the content policy away: the escaping alone must hold.

import { figureSheet } from "@verisim/evaluate/figures";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launch, openReport } from "../fixtures/browser.ts";
import { measuredReport, poisoned } from "../fixtures/measured.ts";
import { manyPayloads, payloads } from "../fixtures/payloads.ts";
import { hostileReport } from "../fixtures/reports.ts";
import { renderReport } from "./render-report.ts";

test("the corpus holds over five hundred different texts", () => {
  expect(new Set(payloads).size).toBeGreaterThan(100);
  expect(new Set(manyPayloads).size).toBeGreaterThan(500);
});

describe.skipIf(chromiumPath === null)("hostile texts in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test.each(["kept", "removed"] as const)(
    "nothing runs and nothing is fetched, content policy %s",
    async (policy) => {
      const document = renderReport(hostileReport(payloads));
      const { page, incidents, close } = await openReport(browser, document, { policy });
      await page.click("#open-all");
      for (const key of ["name", "type", "score"]) await page.click(`[data-sort="${key}"]`);
      const charts = page.locator(".chart");
      for (const index of [0, 1, 2, 3, 4, 5]) await charts.nth(index).hover({ force: true });
      const cells = page.locator(".map-cells").nth(2);
      await cells.focus();
      for (let step = 0; step < 60; step++)
        await page.keyboard.press(step % 2 === 0 ? "ArrowDown" : "ArrowRight");
      await page.mouse.move(200, 300);
      expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned ?? 0)).toBe(0);
      expect(incidents).toEqual([]);
      await close();
    },
  );

  // Six documents, so that each text is a table's name, a column, a value, a file, a warning and an error once at least.
  const chunks = Array.from({ length: Math.ceil(manyPayloads.length / 100) }, (_, place) =>
    manyPayloads.slice(place * 100, place * 100 + 100),
  );
  test.each(chunks.map((texts, place) => [place + 1, texts] as const))(
    "nothing runs and nothing is fetched in all parts, content policy removed, hundred %i",
    async (_, texts) => {
      const { evaluation } = await measuredReport();
      const parts = {
        ...poisoned(evaluation, texts),
        parts: texts.map((reason) => ({ part: "privacy", state: "left-out", code: reason, reason }) as const),
      };
      const hostile = hostileReport(texts, parts);
      const report = renderReport({
        ...hostile,
        compared: texts.map((name) => ({ name, evaluation: { ...hostile.evaluation, ...parts } })),
        earlier: figureSheet(texts[0]!, evaluation),
      });
      const { page, incidents, close } = await openReport(browser, report, { policy: "removed" });
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      await page.hover("#apart .share-bar", { force: true });
      expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned ?? 0)).toBe(0);
      expect(incidents).toEqual([]);
      await close();
    },
  );

  test("no element but the report's own is made, and names read back as they were given", async () => {
    const { page, close } = await openReport(browser, renderReport(hostileReport(payloads)));
    const strangers =
      "iframe, object, embed, form, base, video, audio, marquee, math, link:not([rel=icon]), body template, svg script";
    expect(await page.locator(strangers).count()).toBe(0);
    expect(await page.locator("script").count()).toBe(3);
    const names = await page.$$eval("#column-table tbody", (rows) =>
      rows.map((row) => (row as HTMLElement).dataset.name!),
    );
    // Control characters are shown as pictures; a lone surrogate cannot be written in UTF-8.
    const readable = (text: string): string =>
      text
        .toWellFormed()
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
        .replace(/[\u0000-\u0008\u000b-\u001f]/g, (found) =>
          String.fromCharCode(0x2400 + found.charCodeAt(0)),
        )
        .replace("\u007f", "\u2421");
    expect(names.toSorted()).toEqual([...new Set(payloads)].map(readable).toSorted());
    await close();
  });
});
