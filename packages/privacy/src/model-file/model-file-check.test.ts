import { type Artifact, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { modelFileCheck } from "./model-file-check.ts";

const wages = [1200.5, 1345.25, 2210.75, 1999.5, 98765.25, 20, 20, 20, 20, 20];
const real = new Table([
  textColumn(
    "name",
    Array.from({ length: 10 }, (_, row) => `Person ${row}`),
  ),
  textColumn("city", ["Ulm", "Ulm", "Ulm", "Ulm", "Ulm", "Ulm", "Ulm", "Ulm", "Bern", "Aalen"]),
  numberColumn("wage", wages),
]);
const metadata: TableMetadata = {
  columns: {
    name: { sdtype: "name", pii: true },
    city: { sdtype: "categorical" },
    wage: { sdtype: "numerical", decimals: 2 },
  },
};

const artifact = (manifest: Artifact["manifest"], tensors: Artifact["tensors"] = {}): Artifact => ({
  generator: "test",
  formatVersion: 1,
  manifest,
  tensors,
});

describe("modelFileCheck", () => {
  it("is clear where the file holds common values alone", () => {
    const report = modelFileCheck(
      artifact(
        { columns: ["name", "city", "wage"], categories: ["Ulm"], edges: [20, 100] },
        { weights: { data: Float32Array.of(0.25, -1.5), shape: [2] } },
      ),
      real,
      metadata,
    );
    expect(report).toMatchObject({ level: "clear", findings: [], numbers: 4, rareBelow: 5 });
    expect(report.columns).toEqual([
      {
        column: "name",
        sdtype: "name",
        pii: true,
        searched: 10,
        stored: 0,
        coincidences: null,
        minimumStored: null,
        maximumStored: null,
      },
      {
        column: "city",
        sdtype: "categorical",
        pii: false,
        searched: 2,
        stored: 0,
        coincidences: null,
        minimumStored: null,
        maximumStored: null,
      },
      {
        column: "wage",
        sdtype: "numerical",
        pii: false,
        searched: 5,
        stored: 0,
        coincidences: 0,
        minimumStored: null,
        maximumStored: false,
      },
    ]);
  });

  it("finds rare texts, personal values, rare numbers and exact ends, wherever they stand", () => {
    const names = new TextEncoder().encode("....Person 3,Person 7....");
    const report = modelFileCheck(
      artifact(
        { nested: { deep: [{ city: "Bern" }, 1345.25] }, codes: { Aalen: 4 } },
        {
          bytes: { data: names, shape: [names.length] },
          single: { data: Float32Array.of(2210.75), shape: [1] },
          double: { data: Float64Array.of(98765.25), shape: [1] },
        },
      ),
      real,
      metadata,
    );
    expect(report.columns.map(({ stored }) => stored)).toEqual([2, 2, 3]);
    expect(report.columns[2]).toMatchObject({ maximumStored: true, minimumStored: null });
    expect(report.level).toBe("alarm");
    expect(report.findings.map(({ text }) => text)).toEqual([
      "The file holds 2 of 10 values of name that are personal.",
      "The file holds 2 of 2 values of city that fewer than 5 training rows hold.",
      "The file holds 3 of 5 values of wage that fewer than 5 training rows hold.",
      "The file holds the exact largest number of wage.",
    ]);
  });

  it("takes numbers for coincidences where their neighbours are found as often", () => {
    const data = Float64Array.from({ length: 300_000 }, (_, i) => i / 100);
    const report = modelFileCheck(artifact({}, { grid: { data, shape: [data.length] } }), real, metadata);
    expect(report.columns[2]).toMatchObject({ stored: 4, coincidences: 4, maximumStored: false });
    expect(report.level).toBe("clear");
  });
});
