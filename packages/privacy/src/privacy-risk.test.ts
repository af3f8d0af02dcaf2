import { type Progress, Table } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { draw, metadataOf, plant } from "../fixtures/tables.ts";
import { privacyRisk } from "./privacy-risk.ts";

const metadata = metadataOf("mixed", 8);
const real = draw("mixed", 8, 1200, 1);
const holdout = draw("mixed", 8, 1200, 2);
const synthetic = draw("mixed", 8, 1200, 3);
/** A generator that hands out its training rows with a little noise. */
const overfitted = plant(draw("mixed", 8, 1200, 4), real, { count: 1200, noise: 0.02, kept: 0.02, seed: 5 });

describe("privacyRisk", () => {
  it("raises no alarm for an independent table, and every control is within reach of its attack", async () => {
    const report = await privacyRisk({ real, synthetic, holdout, metadata, attacks: 400 });
    expect(report.findings.filter(({ level }) => level === "alarm")).toEqual([]);
    expect(report.rows).toEqual({ training: 1200, synthetic: 1200, holdout: 1200 });
    const { membership, singlingOut, linkability, attributes, distances } = report;
    expect(membership!.strongest.tprAt10.low).toBeLessThan(0.15);
    for (const { auc } of membership!.attacks) {
      expect(auc.low).toBeLessThan(0.52);
      expect(auc.high).toBeGreaterThan(0.48);
    }
    for (const rates of [singlingOut!.univariate!, singlingOut!.multivariate!, linkability!.worst])
      expect(rates.risk.low).toBeLessThan(0.05);
    for (const { rates } of attributes!.columns) expect(rates.risk.low).toBeLessThan(0.09);
    expect(distances!.closerToTraining.low).toBeLessThan(0.5);
    expect(distances!.closerToTraining.high).toBeGreaterThan(0.5);
    // Control and main distances are on one scale: medians of two samples of one population.
    expect(distances!.dcr.median / distances!.dcr.medianControl).toBeCloseTo(1, 1);
  });

  it("finds every kind of leak in a table of near copies", async () => {
    const { level, findings, ...report } = await privacyRisk({
      real,
      synthetic: overfitted,
      holdout,
      metadata,
      attacks: 400,
    });
    expect(level).toBe("alarm");
    const alarms = new Set(findings.filter((one) => one.level === "alarm").map(({ part }) => part));
    for (const part of ["copies", "membership", "attributes", "singling-out", "linkability"] as const)
      expect(alarms).toContain(part);
    expect(report.copies.estimatedCopies).toBeGreaterThan(300);
    expect(report.membership!.strongest.tprAt10.value).toBeGreaterThan(0.8);
    expect(report.membership!.groups.map(({ kind }) => kind)).toContain("outliers");
    expect(report.attributes!.worst!.rates.main.value).toBeGreaterThan(0.8);
    expect(report.attributes!.worst!.rates.control.value).toBeLessThan(0.6);
    expect(report.linkability!.worst.risk.value).toBeGreaterThan(0.5);
    expect(report.singlingOut!.multivariate!.risk.value).toBeGreaterThan(0.1);
    expect(report.distances!.closerToTraining.value).toBeGreaterThan(0.9);
    expect(report.anonymity!.identifiability.training).toBeGreaterThan(0.9);
    expect(report.anonymity!.identifiability.holdout!).toBeLessThan(0.7);
  });

  it("trains shadow models where it is given the generator, and they give members away", async () => {
    const { membership } = await privacyRisk({
      real,
      synthetic: overfitted,
      holdout,
      metadata,
      attacks: 100,
      selfTest: false,
      shadow: {
        models: 1,
        makeRows: async (train, rows, seed) =>
          plant(draw("mixed", 8, rows, seed + 100), train, { count: rows, noise: 0.02, kept: 0.02, seed }),
      },
    });
    const shadow = membership!.attacks.find(({ attack }) => attack === "shadow-models")!;
    expect(shadow.threat).toBe("generator-code");
    expect(shadow.auc.value).toBeGreaterThan(0.9);
  });

  it("is the same again with the same seed, survives JSON, and holds no list as long as the table", async () => {
    const options = {
      real,
      synthetic,
      holdout,
      metadata,
      attacks: 100,
      candidates: 200,
      selfTest: false,
    } as const;
    const first = await privacyRisk({ ...options, seed: 7 });
    expect(await privacyRisk({ ...options, seed: 7 })).toEqual(first);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    const longest = (value: unknown): number =>
      typeof value === "object" && value !== null
        ? Math.max(Object.keys(value).length, ...Object.values(value).map(longest))
        : 0;
    expect(longest(first)).toBeLessThan(50);
  });

  it("judges copies, anonymity and values alone without a holdout", async () => {
    const report = await privacyRisk({ real, synthetic: overfitted, metadata });
    expect(report).toMatchObject({
      level: "alarm",
      distances: null,
      membership: null,
      attributes: null,
      singlingOut: null,
      linkability: null,
      copies: { found: true, control: "training" },
    });
    expect(report.anonymity!.deltaPresence).toBeNull();
  });

  it("reports its steps, and stops at one of them on a signal", async () => {
    const steps: Progress[] = [];
    const controller = new AbortController();
    await expect(
      privacyRisk({
        real,
        synthetic,
        holdout,
        metadata,
        signal: controller.signal,
        onProgress: (progress) => {
          steps.push(progress);
          if (progress.detail === "membership") controller.abort();
        },
      }),
    ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    expect(steps.map(({ detail }) => detail)).toEqual(["copies", "self-test", "distances", "membership"]);
  });

  it("leaves out ids, text and columns that a table lacks, and finishes on columns of nothing", async () => {
    const odd = new Table([
      { kind: "number", name: "empty", values: new Float64Array(300).fill(Number.NaN) },
      {
        kind: "number",
        name: "huge",
        values: Float64Array.from({ length: 300 }, (_, i) => (i % 2 ? 1e308 : -1e308)),
      },
      { kind: "number", name: "infinite", values: new Float64Array(300).fill(Number.POSITIVE_INFINITY) },
      { kind: "number", name: "constant", values: new Float64Array(300).fill(5) },
      { kind: "number", name: "id", values: Float64Array.from({ length: 300 }, (_, i) => i) },
    ]);
    const report = await privacyRisk({
      real: odd,
      synthetic: odd.select(["empty", "huge", "infinite", "id"]),
      holdout: odd,
      metadata: {
        columns: {
          empty: { sdtype: "numerical" },
          huge: { sdtype: "numerical" },
          infinite: { sdtype: "numerical" },
          constant: { sdtype: "numerical" },
          id: { sdtype: "id" },
        },
      },
    });
    expect(report.columns).toEqual({
      used: ["huge"],
      leftOut: [
        { column: "empty", reason: "it holds one value" },
        { column: "infinite", reason: "it holds one value" },
        { column: "constant", reason: "not every table has it" },
        { column: "id", reason: "its values are made anew (id)" },
      ],
    });
    expect(report.level).not.toBe("alarm");
  });

  it("names a quasi-identifier that there is not", async () => {
    await expect(
      privacyRisk({ real, synthetic, metadata, selfTest: false, quasiIdentifiers: ["zip"] }),
    ).rejects.toMatchObject({ code: "VERISIM_UNKNOWN_COLUMN", where: { column: "zip" } });
  });
});
