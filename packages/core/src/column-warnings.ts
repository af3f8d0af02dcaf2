// Warnings that a reader and a generator both have reason to give, in the same words, so that a user reads them once.

/** A column without a single cell that is not missing. */
export function emptyColumnWarning(column: string): string {
  return `Column ${JSON.stringify(column)} has no values: its synthetic cells are missing too.`;
}

/** A column that says nothing about its rows. */
export function constantColumnWarning(column: string): string {
  return `Column ${JSON.stringify(column)} has one value only: nothing can be learnt from it.`;
}
