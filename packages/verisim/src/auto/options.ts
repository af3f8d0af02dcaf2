// The options of the choice: what the rows are for. How the chosen generator is set up follows from it.

import { checkOptions, type OptionTable } from "@verisim/core";

export type Purpose = "fidelity" | "privacy" | "conditions" | "speed";

export interface AutoOptions {
  /** What the rows are for. Default `fidelity`. */
  purpose?: Purpose;
}

export const autoOptions: OptionTable = {
  purpose: {
    type: "choice",
    default: "fidelity",
    values: ["fidelity", "privacy", "conditions", "speed"],
    description:
      "What matters most: rows like the real ones, distance from single rows, requests for rare rows, or time.",
  },
};

/** @throws VerisimError as `checkOptions` of @verisim/core, all with the option's name */
export function resolveAutoOptions(options: AutoOptions): Required<AutoOptions> {
  return checkOptions("auto", autoOptions, { ...options }) as unknown as Required<AutoOptions>;
}
