// Which dictionaries can be the members of one of DuckDB's ENUM types: its codes are ours, and a text is written once.

/** Larger dictionaries, or those of longer texts, wait as texts. */
const mostMembers = 5000;
const mostCharacters = 1 << 18;

/** ENUM takes texts that differ, in a statement of bearable length; Parquet gets all of them with every row group. */
export function canBeEnum(dictionary: readonly string[]): boolean {
  if (dictionary.length === 0 || dictionary.length > mostMembers) return false;
  let characters = 0;
  for (const text of dictionary) {
    characters += text.length;
    if (characters > mostCharacters || text.includes("\0")) return false;
  }
  // Halves of surrogate pairs all become the same replacement character.
  return (
    new Set(dictionary.map((text) => Buffer.from(text, "utf8").toString("latin1"))).size === dictionary.length
  );
}
