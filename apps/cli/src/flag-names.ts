// Errors of the library name its own options: on the command line they name the flags that say the same.

import { VerisimError } from "@verisim/core";
import { withPlace } from "./error-place.ts";

/**
 * Does the work; an error about an option is thrown again with its flag's name.
 * @param names flags by the library's options
 */
export async function withFlagNames<T>(
  names: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!VerisimError.isInstance(error)) throw error;
    const { option } = error.where;
    if (option === undefined || !Object.hasOwn(names, option)) throw error;
    throw withPlace(error, { ...error.where, option: names[option]! });
  }
}
