import { Table, type TableMetadata } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { privacyRisk } from "./privacy-risk.ts";

const rows = (text: string): Table =>
  Table.fromRows(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [zip, sex, illness] = line.trim().split(" ");
        return { zip: zip!, sex: sex!, illness: illness! };
      }),
  );

const metadata: TableMetadata = {
  columns: {
    zip: { sdtype: "categorical" },
    sex: { sdtype: "categorical" },
    illness: { sdtype: "categorical" },
  },
};

// Classes of (zip, sex): training a-f 3, a-m 1, b-f 2; holdout a-f 1, b-f 1, b-m 2; synthetic a-f 2, b-f 1, b-m 1, c-m 1.
const real = rows("a f cold\na f flu\na f flu\na m cold\nb f cold\nb f flu");
const holdout = rows("a f cold\nb f flu\nb m cold\nb m cold");
const synthetic = rows("a f cold\na f flu\nb f flu\nb m cold\nc m cold");

describe("anonymity", () => {
  it("counts classes as the definitions say", async () => {
    const { anonymity } = await privacyRisk({
      real,
      synthetic,
      holdout,
      metadata,
      quasiIdentifiers: ["zip", "sex"],
      sensitive: ["illness"],
      selfTest: false,
    });
    expect(anonymity).toMatchObject({
      quasiIdentifiers: ["zip", "sex"],
      guessed: false,
      sensitive: "illness",
      kAnonymityReal: 1,
      kAnonymitySynthetic: 1,
      // Population of the synthetic rows' classes: a-f 4, b-f 3, b-m 2; c-m has none.
      kMap: 2,
      lDiversityReal: 1,
      lDiversitySynthetic: 1,
      deltaPresence: { low: 0, high: 3 / 4 },
    });
    expect(anonymity!.belowEleven).toBeCloseTo(4 / 5, 12);
    expect(anonymity!.reidentification).toBeCloseTo((2 / 4 + 1 / 3 + 1 / 2) / 5, 12);
  });

  it("guesses columns of few values, and is null where there are none", async () => {
    const { anonymity } = await privacyRisk({ real, synthetic, holdout, metadata, selfTest: false });
    expect(anonymity).toMatchObject({
      guessed: true,
      quasiIdentifiers: ["zip", "sex", "illness"],
      sensitive: null,
    });
    const numbers = (shift: number): Table =>
      Table.fromRows([{ x: 0.5 + shift }, { x: 1.25 + shift }, { x: 7.5 + shift }]);
    const report = await privacyRisk({
      real: numbers(0),
      synthetic: numbers(1),
      metadata: { columns: { x: { sdtype: "numerical" } } },
      selfTest: false,
    });
    expect(report.anonymity).toBeNull();
  });
});
