// The parts of an evaluation as flags name them.

import { knownTextsHint, VerisimError } from "@verisim/core";
import type { PartName } from "@verisim/evaluate";
import { partNames } from "@verisim/evaluate/figures";

/**
 * Reads `all` (undefined: everything there is input for), `none`, or names joined by commas.
 * @throws VerisimError `VERISIM_OPTION_VALUE` naming the parts there are
 */
export function readParts(text: string | undefined): PartName[] | undefined {
  if (text === undefined || text === "all") return undefined;
  if (text === "none" || text.trim() === "") return [];
  return text.split(",").map((part) => {
    const name = part.trim();
    const known = partNames.find((own) => own === name);
    if (known) return known;
    throw new VerisimError(
      "VERISIM_OPTION_VALUE",
      `Expected a part for --parts but received ${JSON.stringify(name)}.`,
      {
        where: { option: "parts" },
        hint: knownTextsHint("parts", name, [...partNames]),
      },
    );
  });
}
