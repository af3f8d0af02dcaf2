// Values of settings written as text, by the row of their option: numbers become numbers, words true and false booleans.

import type { OptionRow } from "@verisim/core";

/** The value of a setting; a text that is none of the row's type stays a text, which the options' check then refuses. */
export function settingValue(row: OptionRow | undefined, text: string): number | boolean | string {
  if (row?.type === "number" || row?.type === "integer") {
    const number = Number(text.replaceAll("_", ""));
    return text === "" || Number.isNaN(number) ? text : number;
  }
  if (row?.type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
