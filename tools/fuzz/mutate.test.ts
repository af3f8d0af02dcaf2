// Changes of inputs: repeatable, bounded, and different from what they start with.

import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";

import { longestInput, mutate } from "./mutate.ts";

const key = streamKey(1, "mutate");
const bytes = (text: string) => new TextEncoder().encode(text);

describe("mutate", () => {
  it("depends on the random stream alone and leaves its inputs as they are", () => {
    const input = bytes("id,name\n1,Ada\n");
    const change = () => mutate(input, bytes("other"), new RowRandom(key, 5), [bytes("word")]);
    expect(change()).toEqual(change());
    expect(new TextDecoder().decode(input)).toBe("id,name\n1,Ada\n");
  });

  it("changes nearly every input, also an empty one, within the longest length", () => {
    let changed = 0;
    for (let row = 0; row < 500; row++) {
      const input = row % 2 === 0 ? bytes("a".repeat(row)) : new Uint8Array(longestInput);
      const output = mutate(input, bytes("b"), new RowRandom(key, row), [bytes("word")]);
      expect(output.length).toBeLessThanOrEqual(longestInput);
      if (Buffer.compare(output, input) !== 0) changed++;
    }
    expect(changed).toBeGreaterThan(400);
  });
});
