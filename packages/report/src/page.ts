// The document around the sections: head, strict content policy, navigation, footer. Style and script are named in the
// policy by their hashes, so nothing that the data could smuggle in would run even if escaping failed.

import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { earlyScript, pageScript } from "./script.ts";
import { renderSection, type Section } from "./sections/section.ts";
import { pageStyle } from "./style.ts";

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}

const policy = [
  "default-src 'none'",
  `style-src ${hash(pageStyle)}`,
  `script-src ${hash(earlyScript)} ${hash(pageScript)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The whole document. */
export function renderPage(title: string, header: Html, sections: readonly Section[]): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<meta name="generator" content="Verisim"><title>${title} \u00b7 Verisim report</title><link rel="icon" href="data:,">
<style>${new Html(pageStyle)}</style><script>${new Html(earlyScript)}</script></head><body>
<a class="skip" href="#content">Skip to the report</a>
<nav aria-label="Sections"><div><a class="brand" href="#top">Verisim</a><ul>${sections.map(
    ({ id, nav }) => html`<li><a href="#${id}">${nav}</a></li>`,
  )}</ul><button type="button" id="theme" class="script-only"><span class="wide-only">Theme: </span><span id="theme-name">auto</span></button></div></nav>
<main id="content">${header}${sections.map(renderSection)}</main>
<footer><p>made by Verisim</p></footer><div id="tooltip" role="presentation" hidden></div>
<script>${new Html(pageScript)}</script></body></html>
`;
  return page.text;
}
