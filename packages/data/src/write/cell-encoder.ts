// Cells as bytes of a text file. A dictionary is encoded once and its texts are copied per row; numbers are written
// digit by digit; what quoting means is the file format's business.

import type { Column, ColumnMetadata } from "@verisim/core";
import { DatePattern } from "../values/date-pattern.ts";
import type { NumberFormat } from "../values/number-text.ts";
import type { ByteBuffer } from "./byte-buffer.ts";

/** How a text format writes its cells. */
export interface CellSyntax {
  /** A text as it stands in the file, quotes and escapes included. */
  text(text: string, metadata: ColumnMetadata | undefined): string;
  /** A missing cell. */
  missing(metadata: ColumnMetadata | undefined): string;
}

interface EncodedDictionary {
  readonly source: readonly string[];
  readonly bytes: Buffer;
  readonly ends: Int32Array;
}

const rememberedInstants = 1 << 14;

/** ISO dates and times where the metadata has no format of its own. */
export const defaultDateFormat = "%Y-%m-%d %H:%M:%S";

export function numberFormatOf(metadata: ColumnMetadata | undefined): NumberFormat {
  return { style: metadata?.numberStyle ?? "shortest", decimals: metadata?.decimals };
}

/** Writes the cells of one column, batch after batch. */
export class CellEncoder {
  readonly #metadata: ColumnMetadata | undefined;
  readonly #syntax: CellSyntax;
  readonly #missing: Buffer;
  readonly #numbers: NumberFormat;
  readonly #dates: DatePattern | null;
  /** Texts of instants: days and hours repeat a great deal. */
  readonly #instants = new Map<number, Buffer>();
  #dictionary: EncodedDictionary | undefined;

  constructor(metadata: ColumnMetadata | undefined, syntax: CellSyntax) {
    this.#metadata = metadata;
    this.#syntax = syntax;
    this.#missing = Buffer.from(syntax.missing(metadata), "utf8");
    this.#numbers = numberFormatOf(metadata);
    this.#dates =
      metadata?.sdtype === "datetime" ? new DatePattern(metadata.datetimeFormat ?? defaultDateFormat) : null;
  }

  /** A function that writes the cell of one row of `column`. */
  writer(column: Column): (out: ByteBuffer, row: number) => void {
    const missing = this.#missing;
    if (column.kind === "dictionary") {
      const { codes } = column;
      const { bytes, ends } = this.#encode(column.dictionary);
      return (out, row) => {
        const code = codes[row]!;
        if (code < 0) out.append(missing);
        else out.append(bytes, code === 0 ? 0 : ends[code - 1]!, ends[code]!);
      };
    }
    const { values } = column;
    const dates = this.#dates;
    if (dates) {
      const zone = this.#metadata?.timeZone;
      const known = this.#instants;
      return (out, row) => {
        const value = values[row]!;
        if (Number.isNaN(value)) {
          out.append(missing);
          return;
        }
        let bytes = known.get(value);
        if (!bytes) {
          bytes = Buffer.from(this.#syntax.text(dates.format(value, zone), undefined), "utf8");
          if (known.size === rememberedInstants) known.clear();
          known.set(value, bytes);
        }
        out.append(bytes);
      };
    }
    const format = this.#numbers;
    return (out, row) => {
      const value = values[row]!;
      if (Number.isNaN(value)) out.append(missing);
      else out.number(value, format);
    };
  }

  #encode(dictionary: readonly string[]): EncodedDictionary {
    if (this.#dictionary?.source === dictionary) return this.#dictionary;
    const ends = new Int32Array(dictionary.length);
    const parts: Buffer[] = [];
    let end = 0;
    for (let code = 0; code < dictionary.length; code++) {
      const part = Buffer.from(this.#syntax.text(dictionary[code]!, this.#metadata), "utf8");
      parts.push(part);
      end += part.length;
      ends[code] = end;
    }
    this.#dictionary = { source: dictionary, bytes: Buffer.concat(parts), ends };
    return this.#dictionary;
  }
}
