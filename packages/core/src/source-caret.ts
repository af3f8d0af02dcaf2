// Points into a short text that a user wrote (a condition, label counts): the line, and a caret under the place.

/** Characters shown on each side of the place. */
const reach = 50;

/** Two lines: the text around `position` (control characters as spaces) and a caret under that place. */
export function caretLines(text: string, position: number): string {
  const start = Math.max(0, position - reach);
  const end = Math.min(text.length, position + reach);
  const before = start > 0 ? "..." : "";
  const after = end < text.length ? "..." : "";
  const shown = text.slice(start, end).replace(/\p{C}/gu, " ");
  return `  ${before}${shown}${after}\n  ${" ".repeat(before.length + position - start)}^`;
}

/** A piece of text as an error shows it: quoted and cut to 60 characters. */
export function quoteForMessage(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
