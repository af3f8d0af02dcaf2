// HTML by tagged templates that escape everything unless it is Html already: the safe way is the short way.
// A value may stand in text or inside a quoted attribute; a template with an unquoted attribute is refused.

/** A piece of finished markup. Only this file and the page's own style and script make one from a string. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may hold: null, undefined and false print nothing. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const special = /[&<>"'`\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Text as it may stand in HTML text or a quoted attribute; control characters become visible pictures. */
export function escapeHtml(text: string): string {
  return text.replace(special, (found) => {
    const code = found.charCodeAt(0);
    if (code === 0x7f) return "\u2421";
    return entities[found] ?? String.fromCharCode(0x2400 + code);
  });
}

function write(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeHtml(value);
  return value.map(write).join("");
}

const checkedTemplates = new WeakSet<TemplateStringsArray>();

// A value after `=` would end at its first space: quotes are what makes the escaping above sufficient.
function checkTemplate(strings: TemplateStringsArray): void {
  const unquoted = strings.slice(0, -1).find((part) => /=\s*$/.test(part));
  if (unquoted !== undefined) throw new Error(`internal: unquoted attribute after ${unquoted.slice(-40)}`);
  checkedTemplates.add(strings);
}

/** The tag: `` html`<b>${name}</b>` `` escapes `name`. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  if (!checkedTemplates.has(strings)) checkTemplate(strings);
  let text = strings[0]!;
  for (let index = 0; index < values.length; index++) text += write(values[index]) + strings[index + 1]!;
  return new Html(text);
}

/** JSON that can stand inside a script element: no character of it can end the element or the string. */
export function scriptJson(value: unknown): Html {
  const escaped = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Html(escaped);
}
