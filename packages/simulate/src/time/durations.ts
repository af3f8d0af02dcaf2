// Lengths of time as a model writes them: `500ms`, `90s`, `10m`, `1h30m`, `2d`.

const microsPerUnit: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
  d: 86_400e6,
};

/** Microseconds, or undefined where the text is no positive length of time. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d)\s*/gy)];
  const read = parts.reduce((length, part) => length + part[0].length, 0);
  const micros = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * microsPerUnit[unit!]!, 0);
  return read === text.trim().length && micros > 0 && Number.isFinite(micros) ? micros : undefined;
}
