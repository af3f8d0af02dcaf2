// Warnings on stderr, a line each.

import type { Session } from "./session.ts";

/** Prints at most 20 warnings. */
export function sayWarnings(warnings: readonly string[], session: Session): void {
  for (const warning of warnings.slice(0, 20)) session.say(`Warning: ${warning}`);
  if (warnings.length > 20) session.say(`Warning: and ${warnings.length - 20} more.`);
}
