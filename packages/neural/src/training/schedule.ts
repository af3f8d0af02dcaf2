// Learning rates over a training: constant, then falling in a line to zero over the last share of the steps.

/** @param cooldown share of the steps, at the end, 0 to 1 */
export function coolingSchedule(cooldown: number): (share: number) => number {
  return (share) => (share <= 1 - cooldown ? 1 : Math.max(0.02, (1 - share) / cooldown));
}
