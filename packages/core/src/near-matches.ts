// "Did you mean": the known names nearest to a mistyped one, for hints in errors.

const maxLength = 200;
const maxCandidates = 20_000;

/** Levenshtein distance, or `limit + 1` as soon as it must exceed `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const value = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      current.push(value);
      if (value < best) best = value;
    }
    if (best > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * Up to `count` of the known texts that look like the given one: equal but for case and blanks, few letters changed, or
 * one inside the other. At most 20,000 texts are looked at.
 */
export function nearMatches(text: string, known: Iterable<string>, count: number = 3): string[] {
  const wanted = text.trim().toLowerCase().slice(0, maxLength);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const scored: { candidate: string; score: number }[] = [];
  let seen = 0;
  for (const candidate of known) {
    if (++seen > maxCandidates) break;
    const plain = candidate.trim().toLowerCase().slice(0, maxLength);
    if (plain === "" || wanted === "") continue;
    const contains = plain.includes(wanted) || wanted.includes(plain);
    const distance = editDistance(wanted, plain, limit);
    if (distance <= limit) scored.push({ candidate, score: distance });
    else if (contains && Math.min(plain.length, wanted.length) > 1)
      scored.push({ candidate, score: limit + 1 });
  }
  scored.sort((a, b) => a.score - b.score);
  return scored.slice(0, count).map((entry) => entry.candidate);
}

/** The hint of an error about an unknown text: near matches, or the first of the known texts. */
export function knownTextsHint(what: string, text: string, known: Iterable<string>): string {
  const list = [...known];
  const near = nearMatches(text, list);
  if (near.length > 0) return `Did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`;
  if (list.length === 0) return `There are no ${what}.`;
  const shown = list.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 60)));
  const more = list.length > shown.length ? ` and ${list.length - shown.length} more` : "";
  return `The ${what} are ${shown.join(", ")}${more}.`;
}
