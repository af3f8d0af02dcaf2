// Errors of the library name its own options: on the command line they name the flags that say the same.

import { VerisimError } from "@verisim/core";

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
    throw new VerisimError(error.code, error.message, {
      where: { ...error.where, option: names[option]! },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
