import { describe, expect, it } from "vitest";
import { draw, metadataOf, plant } from "../../fixtures/tables.ts";
import { privacyRisk } from "../privacy-risk.ts";

const metadata = metadataOf("mixed", 8);

describe("selfTest", () => {
  it("would have seen ten copies of a thousand rows, but not two of two hundred", async () => {
    const large = await privacyRisk({
      real: draw("mixed", 8, 1000, 1),
      synthetic: draw("mixed", 8, 1000, 3),
      holdout: draw("mixed", 8, 1000, 2),
      metadata,
      candidates: 100,
      attacks: 100,
    });
    expect(large.selfTest).toMatchObject({ share: 0.01, wouldSeeCopies: true, alreadyFound: false });
    expect(large.selfTest!.kinds).toEqual([
      { kind: "verbatim", copies: 10, trials: 5, seen: 5 },
      { kind: "near", copies: 10, trials: 5, seen: 5 },
      { kind: "outliers", copies: 10, trials: 5, seen: 5 },
    ]);
    const small = await privacyRisk({
      real: draw("mixed", 8, 200, 1),
      synthetic: draw("mixed", 8, 200, 3),
      holdout: draw("mixed", 8, 200, 2),
      metadata,
    });
    expect(small.selfTest!.wouldSeeCopies).toBe(false);
    expect(small.findings.find(({ part }) => part === "self-test")?.text).toContain("might miss copies");
  });

  it("says so where copies are there already, and can be left out or asked for more", async () => {
    const real = draw("mixed", 8, 600, 1);
    const tables = {
      real,
      synthetic: plant(draw("mixed", 8, 600, 3), real, { count: 30, seed: 1 }),
      holdout: draw("mixed", 8, 600, 2),
      metadata,
      candidates: 100,
      attacks: 100,
    };
    const found = await privacyRisk({ ...tables, selfTest: { share: 0.05, trials: 2 } });
    expect(found.selfTest).toMatchObject({ share: 0.05, alreadyFound: true });
    expect(found.selfTest!.kinds[0]).toEqual({ kind: "verbatim", copies: 30, trials: 2, seen: 2 });
    expect((await privacyRisk({ ...tables, selfTest: false })).selfTest).toBeNull();
  });
});
