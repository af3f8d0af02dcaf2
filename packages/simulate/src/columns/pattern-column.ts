// Texts that match a regular expression: codes, number plates, part numbers. Unique ones are a keyed permutation of all
// texts of the pattern, so that row i's is a function of the row alone.

import { RowRandom, VerisimError } from "@verisim/core";
import { DistinctNumbers, RegexLanguage, RegexTexts } from "@verisim/transforms";
import type { Fields, Problems } from "../model/problems.ts";
import type { ColumnKind, ColumnPlan, PlanContext } from "./column-kind.ts";

/** How often `*`, `+` and `{m,}` repeat at most beyond their minimum, unless a text must be longer. */
export const usualRepeat = 10;
/** Draws of a text until its length is right. */
const mostDraws = 1_000;

interface Lengths {
  readonly min: number;
  readonly max: number;
}

export const patternKind: ColumnKind = {
  field: "pattern",
  read(fields, problems) {
    const pattern = fields.text("pattern", true);
    const min = fields.number("minLength", { min: 0, max: 1_000, whole: true });
    const max = fields.number("maxLength", { min: min ?? 0, whole: true });
    const unique = fields.boolean("unique") ?? false;
    if (pattern === undefined) return undefined;
    const cap = Math.max(usualRepeat, min ?? 0);
    const lengths: Lengths = { min: min ?? 0, max: max ?? Number.POSITIVE_INFINITY };
    if (unique) {
      for (const name of ["minLength", "maxLength"])
        if (fields.has(name))
          return fields.fault(name, "no length beside unique", "Write it into the pattern: {2,8}.");
      const language = problems.attempt(fields.at("pattern"), () => new RegexLanguage(pattern, usualRepeat));
      return (
        language && {
          type: "text",
          formulas: [],
          redraws: false,
          plan: (context) => uniquePlan(language, context),
        }
      );
    }
    const texts = problems.attempt(fields.at("pattern"), () => new RegexTexts(pattern, cap));
    if (!texts || !hasLengths(texts, lengths, fields, problems)) return undefined;
    return { type: "text", formulas: [], plan: (context) => drawnPlan(texts, lengths, context) };
  },
};

/** False, with a problem, where no text of the pattern has such a length. */
function hasLengths(texts: RegexTexts, { min, max }: Lengths, fields: Fields, problems: Problems): boolean {
  if (texts.longest >= min && texts.shortest <= max) return true;
  problems.add(
    "VERISIM_SIMULATION_FIELD",
    fields.at(texts.longest < min ? "minLength" : "maxLength"),
    `Expected a length that texts of the pattern have, ${texts.shortest} to ${texts.longest}, but received ${
      texts.longest < min ? min : max
    }.`,
  );
  return false;
}

function drawnPlan(texts: RegexTexts, { min, max }: Lengths, context: PlanContext): ColumnPlan {
  const key = context.key("pattern");
  return {
    type: "text",
    metadata: { sdtype: "text", physical: "VARCHAR" },
    fill: (batch, from, to) => {
      const out = batch.texts(context.slot);
      for (let i = from; i < to; i++) {
        const random = new RowRandom(key, batch.rows[i]!, batch.attempt);
        let text = texts.draw(random);
        for (let draws = 1; text.length < min || text.length > max; draws++) {
          if (draws === mostDraws) throw noSuchLength(texts.pattern, context, batch.rows[i]!);
          text = texts.draw(random);
        }
        out.codes[i] = out.growing!.code(text);
      }
    },
  };
}

const noSuchLength = (pattern: string, { table, column }: PlanContext, row: number): VerisimError =>
  new VerisimError(
    "VERISIM_SIMULATION_VALUE",
    `Expected a text of the pattern ${JSON.stringify(pattern.slice(0, 80))} of the length that is asked for but ${mostDraws} draws had others.`,
    { where: { table, column, row: row + 1 }, hint: "Write the length into the pattern: [a-z]{2,8}." },
  );

function uniquePlan(language: RegexLanguage, context: PlanContext): ColumnPlan {
  if (language.size < BigInt(context.rowCount))
    context.problems.add(
      "VERISIM_SIMULATION_FIELD",
      `${context.path}.pattern`,
      `Expected a pattern of ${context.rowCount} texts or more but received one of ${language.size}.`,
    );
  const order = new DistinctNumbers(context.key("pattern"), language.size);
  return {
    type: "text",
    metadata: { sdtype: "id", physical: "VARCHAR", regexFormat: language.pattern },
    fill: (batch, from, to) => {
      const out = batch.texts(context.slot);
      for (let i = from; i < to; i++) out.codes[i] = out.growing!.code(language.at(order.at(batch.rows[i]!)));
    },
  };
}
