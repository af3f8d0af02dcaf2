// A figure that is an estimate: its value and the interval in which it lies with 95 % confidence.

/** Plain data; `low` and `high` are the ends of the 95 % interval and equal the value where nothing can vary. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** A column that a part of the judgement leaves out, and why. */
export interface UnusedColumn {
  column: string;
  reason: string;
}
