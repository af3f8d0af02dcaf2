// Options that are whole numbers in a range.

import { VerisimError } from "@verisim/core";

/** @throws VerisimError `VERISIM_OPTION_VALUE` naming the option */
export function wholeNumber(option: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new VerisimError(
    "VERISIM_OPTION_VALUE",
    `Expected a whole number from ${low} to ${high} for ${option} but received ${value}.`,
    { where: { option } },
  );
}
