// An error of the library, thrown again with what the command line knows of its place: a file, a flag.

import { VerisimError } from "@verisim/core";

/** @param hint in place of the error's own */
export function withPlace(
  error: VerisimError,
  where: VerisimError["where"],
  hint: string | undefined = error.hint,
): VerisimError {
  return new VerisimError(error.code, error.message, {
    where,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
