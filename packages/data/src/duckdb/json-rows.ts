// The members of one JSON object as kinds and texts: numbers keep their digits and nested values their text, which no
// parser that makes values gives back.

import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";

export type JsonKind = "null" | "string" | "number" | "boolean" | "nested";

/** Takes a member: a string without its quotes and escapes, everything else as written. */
export type TakeMember = (name: string, kind: JsonKind, text: string) => void;

const strict = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/**
 * Reads one object.
 * @returns what is wrong with it, or undefined
 */
export function readJsonObject(text: string, take: TakeMember): string | undefined {
  let fault: string | undefined;
  let depth = 0;
  let name = "";
  let start = 0;
  const begin = (offset: number): void => {
    if (++depth === 2) start = offset;
    else if (depth === 1 && text[offset] !== "{") fault ??= "an object was expected";
  };
  const end = (offset: number, length: number): void => {
    if (--depth === 1 && !fault) take(name, "nested", text.slice(start, offset + length));
  };
  visit(
    text,
    {
      onObjectBegin: begin,
      onArrayBegin: begin,
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty(property) {
        if (depth === 1) name = property;
      },
      onLiteralValue(value: unknown, offset, length) {
        if (depth === 0) fault ??= "an object was expected";
        if (depth !== 1 || fault) return;
        if (typeof value === "string") take(name, "string", value);
        else take(name, kindOf(value), text.slice(offset, offset + length));
      },
      onError(code: ParseErrorCode, offset) {
        fault ??= `${printParseErrorCode(code)} at character ${offset + 1}`;
      },
    },
    strict,
  );
  return fault;
}

function kindOf(value: unknown): JsonKind {
  if (value === null) return "null";
  return typeof value === "boolean" ? "boolean" : "number";
}
