import { describe, expect, test } from "vitest";
import type { Condition } from "./condition.ts";
import { parseCondition } from "./condition-parser.ts";
import { VerisimError } from "./errors.ts";
import { ForcedRows, type SamplingNote, withNotes } from "./sampling-notes.ts";

/** Counts rows of which the first are forced. */
function counted(
  requests: readonly Condition[],
  ...rows: readonly (readonly [forced: number, of: number])[]
): ForcedRows {
  const all = new ForcedRows(requests);
  rows.forEach(([forced, of], request) => {
    for (let row = 0; row < of; row++) all.count(request, row < forced);
  });
  return all;
}

describe("notes of forced rows", () => {
  test("say how many, of how many, under which condition and after how many tries", () => {
    const requests = ["label = 'x'", "label = 'y'", "label not in ('x', 'y') and age > 3"].map(
      parseCondition,
    );
    expect(counted(requests, [37, 1000], [0, 500], [1, 2]).notes(32)).toEqual([
      {
        code: "VERISIM_NOTE_FORCED_ROWS",
        message:
          "37 of 1,000 rows under label = 'x' took their given values by force: the model had no such row among 32 tries for each.",
        rows: 37,
        ofRows: 1000,
        condition: "label = 'x'",
      },
      {
        code: "VERISIM_NOTE_FORCED_ROWS",
        message:
          "1 of 2 rows under label NOT IN ('x', 'y') AND age > 3 took its given values by force: the model had no such row among 32 tries for it.",
        rows: 1,
        ofRows: 2,
        condition: "label NOT IN ('x', 'y') AND age > 3",
      },
    ]);
    expect(counted(requests.slice(0, 1), [1, 1]).notes(1)[0]!.message).toBe(
      "1 of 1 row under label = 'x' took its given values by force: the model had no such row in its one try.",
    );
  });

  test("cut long conditions, and stand even where the language cannot say the condition", () => {
    const long: Condition = { type: "in", column: "label", values: Array.from({ length: 99 }, (_, i) => i) };
    const [note] = counted([long], [1, 3]).notes(2);
    expect(note!.condition).toMatch(/^label IN \(0, 1, .*\.\.\.$/);
    expect(note!.condition).toHaveLength(200);
    const odd: Condition = { type: "and", terms: [] };
    expect(counted([odd], [2, 3]).notes(2)[0]).toMatchObject({ rows: 2, condition: "the condition" });
  });
});

describe("batches with notes", () => {
  const note = counted([parseCondition("a = 1")], [2, 3]).notes(4)[0]!;
  async function* numbers(failAt: number): AsyncGenerator<number> {
    for (let i = 0; i < 3; i++) {
      if (i === failAt) throw new VerisimError("VERISIM_ABORTED", "Stopped.");
      yield i;
    }
  }
  const run = async (failAt: number, stopAt: number): Promise<[number[], SamplingNote[], boolean]> => {
    const [taken, told]: [number[], SamplingNote[]] = [[], []];
    try {
      for await (const i of withNotes(numbers(failAt), { onNote: (one) => told.push(one) }, () => [note])) {
        expect(told).toEqual([]);
        taken.push(i);
        if (i === stopAt) break;
      }
      return [taken, told, false];
    } catch {
      return [taken, told, true];
    }
  };

  test("tell them after the last batch, also where the caller takes no more, and not after an error", async () => {
    expect(await run(9, 9)).toEqual([[0, 1, 2], [note], false]);
    expect(await run(9, 1)).toEqual([[0, 1], [note], false]);
    expect(await run(1, 9)).toEqual([[0], [], true]);
  });
});
