import { expect, test } from "vitest";
import { payloads } from "../fixtures/payloads.ts";
import { escapeHtml, html, scriptJson } from "./html.ts";

test("values are escaped in text and in attributes, markup of nested templates is kept", () => {
  const name = `"><script>'\`&`;
  expect(html`<p title="${name}">${html`<b>${name}</b>`}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;&#39;&#96;&amp;"><b>&quot;&gt;&lt;script&gt;&#39;&#96;&amp;</b></p>',
  );
});

test("nothing is printed for null, undefined and false, but 0 and the empty string are values", () => {
  expect(html`[${null}${undefined}${false}${0}${""}${["a", "<"]}]`.text).toBe("[0a&lt;]");
});

test("a template with an unquoted attribute is refused", () => {
  expect(() => html`<p title=${"x"}></p>`).toThrow("internal: unquoted attribute");
});

test("control characters become visible, tabs and line breaks stay", () => {
  expect(escapeHtml("a\u0000b\u001bc\u007fd\te\nf")).toBe("a\u2400b\u241bc\u2421d\te\nf");
});

test("JSON for a script element holds no character that could end it, and reads back the same", () => {
  const { text } = scriptJson(payloads);
  expect(text).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(text)).toEqual(payloads);
});
