// What a sampling run did beside giving rows: notes with a code and counts over the whole run, never one per row. So far
// there is one kind, rows that took the values asked for by force.

import type { Stretch } from "./batches.ts";
import type { Condition } from "./condition.ts";
import { formatCondition } from "./condition-format.ts";
import { VerisimError } from "./errors.ts";
import type { SampleOptions } from "./generator.ts";

/** The code of notes about rows that took the values asked for because the model made none such by itself. */
export const forcedRowsCode = "VERISIM_NOTE_FORCED_ROWS";

/** Something about a sampling run that is no error, counted over its rows. */
export interface SamplingNote {
  /** Begins with `VERISIM_NOTE_` and never changes once released. */
  readonly code: string;
  /** One sentence with the counts in it. */
  readonly message: string;
  /** Rows that it holds for, at least 1. */
  readonly rows: number;
  /** Rows of the run that it could have held for. */
  readonly ofRows: number;
  /** What those rows were asked for, as `--where` writes it. */
  readonly condition: string;
}

/** The most characters of a condition in a note. */
const longestCondition = 200;

/** Counts, per thing asked for, the rows of a run and those that met it by force. */
export class ForcedRows {
  readonly #rows: Float64Array;
  readonly #forced: Float64Array;
  readonly #requests: readonly Condition[];

  /** @param requests what rows are asked for, as `RowPlan.requests` */
  constructor(requests: readonly Condition[]) {
    this.#requests = requests;
    this.#rows = new Float64Array(requests.length);
    this.#forced = new Float64Array(requests.length);
  }

  /** Counts a row of the request at this place. */
  count(request: number, forced: boolean): void {
    this.#rows[request]! += 1;
    if (forced) this.#forced[request]! += 1;
  }

  /**
   * Counts the rows of a stretch.
   * @param forced 1 per row that no try was accepted for; @param requestOf place of the request of a row
   */
  countStretch({ rowStart }: Stretch, forced: Uint8Array, requestOf: (row: number) => number): void {
    forced.forEach((flag, i) => {
      this.count(requestOf(rowStart + i), flag === 1);
    });
  }

  /**
   * A note per request of which some rows were forced, in their order.
   * @param tries of the model per row
   */
  notes(tries: number): SamplingNote[] {
    return this.#requests.flatMap((request, place) => {
      const rows = this.#forced[place]!;
      const ofRows = this.#rows[place]!;
      if (rows === 0) return [];
      const condition = textOf(request);
      const took = rows === 1 ? "took its given values" : "took their given values";
      const tried = tries === 1 ? "in its one try" : `among ${tries} tries for ${rows === 1 ? "it" : "each"}`;
      return {
        code: forcedRowsCode,
        message: `${grouped(rows)} of ${grouped(ofRows)} ${ofRows === 1 ? "row" : "rows"} under ${condition} ${took} by force: the model had no such row ${tried}.`,
        rows,
        ofRows,
        condition,
      };
    });
  }
}

/**
 * Passes batches on and tells the notes when they are done: at the end, or where the caller takes no more. After an error
 * there are none.
 * @param notesOf the notes of the rows so far
 */
export async function* withNotes<Batch>(
  batches: AsyncIterable<Batch>,
  { onNote }: SampleOptions,
  notesOf: () => readonly SamplingNote[],
): AsyncGenerator<Batch> {
  let failed = false;
  try {
    yield* batches;
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    if (!failed && onNote) for (const note of notesOf()) onNote(note);
  }
}

/** The condition as people write it; a tree that the language cannot say still has been met. */
function textOf(condition: Condition): string {
  try {
    const text = formatCondition(condition);
    return text.length > longestCondition ? `${text.slice(0, longestCondition - 3)}...` : text;
  } catch (error) {
    if (!VerisimError.isInstance(error)) throw error;
    return "the condition";
  }
}

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
