// What is said of a training: its end, what was kept, and the way to go on.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { VerisimError } from "@verisim/core";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../test/run-cli.ts";
import { stoppedError, trainingFigures, trainingText } from "./training-words.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);

const story = { step: 5000, bestStep: 4300, best: 0.9534, heldRows: 3256, recoveries: 0, stopped: "steps" };

describe("the story of a training", () => {
  it("says steps, what was kept and who judged it", () => {
    expect(trainingText(story)).toBe(
      "Trained 5,000 steps. Kept step 4,300: quality 0.953, judged by 3,256 rows held out of training.",
    );
    expect(trainingText({ ...story, stopped: "time" })).toMatch(
      /^Trained 5,000 steps, and stopped as the time was used up\. Kept/,
    );
    expect(trainingText({ ...story, best: null, heldRows: 0 })).toBe("Trained 5,000 steps.");
  });

  it("has figures for JSON, and nothing beside them", () => {
    expect(trainingFigures({ ...story, history: [] } as typeof story)).toEqual(story);
  });
});

describe("a training that is stopped", () => {
  const aborted = new VerisimError("VERISIM_ABORTED", "The work was stopped on request.");
  const hintOf = (checkpoint?: string) => (stoppedError(aborted, checkpoint) as VerisimError).hint;

  it("says how to go on, or what would have made that possible", () => {
    const kept = join(folder, "kept.part");
    writeFileSync(kept, "");
    expect(hintOf(kept)).toMatch(/kept\.part: run the same command again to go on/);
    expect(hintOf(join(folder, "none.part"))).toMatch(
      /stopped before there was anything to keep in .*none\.part/,
    );
    expect(hintOf()).toMatch(/--checkpoint FILE/);
  });

  it("leaves every other error as it is", () => {
    const other = new VerisimError("VERISIM_MEMORY_BUDGET", "Too little.");
    expect(stoppedError(other, undefined)).toBe(other);
  });
});
