// Targets with known bugs: the fuzzer's own tests must find them.

import type { Target } from "./targets.ts";

const seeds = [new TextEncoder().encode("start")];

export const targets: readonly Target[] = [
  {
    name: "deep",
    seeds,
    words: [],
    run(input) {
      // One condition at a time, so that only an input kept for its coverage gets further: 2^-24 by blind luck.
      if (input[0] === 0x62) {
        if (input[1] === 0x75) {
          if (input[2] === 0x67) throw new TypeError("the planted bug");
        }
      }
    },
  },
  {
    name: "endless",
    seeds,
    words: [],
    run(input) {
      while (input.length > 5) if (Number.isNaN(input.length)) break;
    },
  },
  { name: "sound", seeds, words: [], run: () => {} },
];
