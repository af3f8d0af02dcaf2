// Columns of keys and of made-up personal values. No key comes twice, and key i is a function of the row alone.

import type { Faker } from "@faker-js/faker";
import { type ColumnMetadata, nearMatches, Permutation, rowWords, VerisimError } from "@verisim/core";
import { FakerSource } from "@verisim/transforms";
import type { Batch, TextVector } from "../engine/batch.ts";
import { compileFormula } from "../formula/compile.ts";
import type { FormulaNode } from "../formula/nodes.ts";
import type { Formula } from "../formula/parser.ts";
import { type ColumnKind, type ColumnPlan, type PlanContext, readFormula } from "./column-kind.ts";

export const keyKind: ColumnKind = {
  field: "key",
  read(fields) {
    const key = fields.choice("key", ["sequence", "shuffled", "uuid"], true);
    const start = fields.number("start", { min: 0, max: 2 ** 52, whole: true }) ?? 1;
    const prefix = fields.text("prefix");
    const digits = fields.number("digits", { min: 0, max: 15, whole: true }) ?? 0;
    if (!key) return undefined;
    const isText = key === "uuid" || prefix !== undefined || digits > 0;
    return {
      type: isText ? "text" : "number",
      formulas: [],
      redraws: false,
      plan: (context) => {
        if (key === "uuid") return uuidPlan(context);
        const numberOf = keyNumbers(key, start, context);
        if (!isText)
          return {
            type: "number",
            metadata: { sdtype: "id", physical: "BIGINT", numberStyle: "integer", decimals: 0 },
            fill: (batch, from, to) => {
              const out = batch.numbers(context.slot);
              for (let i = from; i < to; i++) out[i] = numberOf(batch.rows[i]!);
            },
          };
        const most = context.rowCount + start - 1;
        if (digits > 0 && String(most).length > digits)
          context.problems.add(
            "VERISIM_SIMULATION_FIELD",
            `${context.path}.digits`,
            `Expected digits for ${most} keys, ${String(most).length} or more, but received ${digits}.`,
          );
        return {
          type: "text",
          metadata: { sdtype: "id", physical: "VARCHAR" },
          fill: (batch, from, to) => {
            const out = batch.texts(context.slot);
            for (let i = from; i < to; i++)
              out.codes[i] = out.growing!.code(
                (prefix ?? "") + String(numberOf(batch.rows[i]!)).padStart(digits, "0"),
              );
          },
        };
      },
    };
  },
};

function keyNumbers(
  key: "sequence" | "shuffled",
  start: number,
  context: PlanContext,
): (row: number) => number {
  if (key === "sequence" || context.rowCount === 0) return (row) => start + row;
  const order = new Permutation(context.rowCount, context.key("keys"));
  return (row) => start + order.at(row);
}

/**
 * Version 4 (RFC 9562). The row stands under a keyed permutation in 52 of the 122 free bits, so that no two rows share
 * one; the others are random.
 */
function uuidPlan(context: PlanContext): ColumnPlan {
  const key = context.key("uuid");
  const order = new Permutation(2 ** 52, context.key("order"));
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  return {
    type: "text",
    metadata: { sdtype: "id", physical: "VARCHAR" },
    fill: (batch, from, to) => {
      const out = batch.texts(context.slot);
      for (let i = from; i < to; i++) {
        const row = batch.rows[i]!;
        const place = hex(order.at(row), 13);
        const [a, b, c] = rowWords(key, row);
        const text = `${place.slice(0, 8)}-${place.slice(8, 12)}-4${place[12]}${hex(a! >>> 24, 2)}-${hex(0x8000 | (b! >>> 18), 4)}-${hex(b! & 0xffff, 4)}${hex(c!, 8)}`;
        out.codes[i] = out.growing!.code(text);
      }
    },
  };
}

const namesBySex: ReadonlySet<string> = new Set(["firstName", "middleName", "lastName", "prefix"]);

/** A function of Faker by its path; a module or function that is not there is an error. */
function fakerFunction(path: string): (faker: Faker, argument: unknown) => unknown {
  const parts = path.split(".");
  const [module, name] = parts;
  const refuse = (siblings: readonly string[] = []): never => {
    const near = nearMatches(name ?? "", siblings).map((one) => JSON.stringify(`${module}.${one}`));
    throw new VerisimError(
      "VERISIM_FAKER_UNKNOWN",
      `Expected a function of Faker but received ${JSON.stringify(path.slice(0, 80))}.`,
      {
        hint:
          near.length > 0
            ? `Did you mean ${near.join(" or ")}?`
            : "Functions are named as in Faker's documentation: person.fullName, company.name, internet.email.",
      },
    );
  };
  const isWord = (part: string | undefined) => /^[a-z][A-Za-z0-9]*$/.test(part ?? "");
  if (parts.length !== 2 || !isWord(module) || !isWord(name)) return refuse();
  // Functions that call what they are given, or evaluate a text, have no place in a model that is data.
  if (module === "helpers") return refuse();
  return (faker, argument) => {
    // Own members alone: what a prototype lends (a constructor, say) is no function of Faker.
    const modules = faker as unknown as Record<string, Record<string, unknown>>;
    const owner = Object.hasOwn(modules, module!) ? modules[module!]! : undefined;
    const call = owner && Object.hasOwn(owner, name!) ? owner[name!] : undefined;
    if (typeof call !== "function")
      return refuse(owner && Object.keys(owner).filter((one) => typeof owner[one] === "function"));
    // Names by sex take it alone, not in an object of options.
    if (module === "person" && namesBySex.has(name!))
      return call.call(owner, (argument as { sex?: unknown } | undefined)?.sex);
    return argument === undefined ? call.call(owner) : call.call(owner, argument);
  };
}

export const fakerKind: ColumnKind = {
  field: "faker",
  read(fields, problems) {
    const name = fields.text("faker", true);
    const locales = fields.texts("locale") ?? ["en"];
    const given = fields.object("with");
    const unique = fields.boolean("unique") ?? false;
    if (name === undefined) return undefined;
    const before = problems.count;
    const call = problems.attempt(fields.at("faker"), () => fakerFunction(name));
    const source = problems.attempt(fields.at("locale"), () => new FakerSource(locales));
    const parts = (given?.names ?? []).map((key) => {
      const value = given!.numberOrFormula(key, true);
      return [key, readFormula(value, given!.at(key), problems)] as const;
    });
    if (call && source)
      problems.attempt(fields.at("faker"), () => {
        call(source.first, undefined);
      });
    if (problems.count > before) return undefined;
    return {
      type: "text",
      formulas: parts.map(([, formula]) => formula as Formula),
      ...(unique ? { redraws: false } : {}),
      plan: (context) =>
        fakerPlan(call!, source!, name, parts as readonly (readonly [string, Formula])[], unique, context),
    };
  },
};

function fakerPlan(
  call: (faker: Faker, argument: unknown) => unknown,
  source: FakerSource,
  name: string,
  parts: readonly (readonly [string, Formula])[],
  unique: boolean,
  context: PlanContext,
): ColumnPlan {
  const nodes = parts.flatMap(([key, formula]) => {
    const node = context.problems.attempt(`${context.path}.with.${key}`, () =>
      compileFormula(formula, context),
    );
    return node ? [[key, node] as const] : [];
  });
  const key = context.key("faker");
  const metadata: ColumnMetadata = { sdtype: "text", pii: true };
  return {
    type: "text",
    metadata,
    fill: (batch, from, to) => {
      const out: TextVector = batch.texts(context.slot);
      const argument = argumentReader(nodes, batch, from, to);
      for (let i = from; i < to; i++) {
        const given = argument(i);
        let text: string;
        try {
          text = source.make((faker) => textOf(call(faker, given)), key, batch.rows[i]!, batch.attempt);
        } catch (cause) {
          if (VerisimError.isInstance(cause)) throw cause;
          throw new VerisimError(
            "VERISIM_FAKER_FAILED",
            `Faker's ${name} refused its arguments: ${(cause as Error).message}`,
            {
              where: { table: context.table, column: context.column, row: batch.rows[i]! + 1 },
              cause,
            },
          );
        }
        out.codes[i] = out.growing!.code(unique ? withRow(text, batch.rows[i]!) : text);
      }
    },
  };
}

/**
 * The text with the number of its row, so that no other row has it: `anna_k3@example.org`, `Anna Smith 723`. What stands
 * after the last mark is the row, whatever stands before.
 */
function withRow(text: string, row: number): string {
  const at = text.lastIndexOf("@");
  return at > 0 ? `${text.slice(0, at)}_${row.toString(36)}${text.slice(at)}` : `${text} ${row + 1}`;
}

function argumentReader(
  nodes: readonly (readonly [string, FormulaNode])[],
  batch: Batch,
  from: number,
  to: number,
): (i: number) => Record<string, unknown> | undefined {
  if (nodes.length === 0) return () => undefined;
  const cells = nodes.map(([key, node]) => {
    if (node.type === "text") {
      const { codes, dictionary } = node.evaluate(batch, from, to);
      return [key, (i: number): unknown => (codes[i]! < 0 ? undefined : dictionary[codes[i]!])] as const;
    }
    const values = node.evaluate(batch, from, to);
    const cell = (i: number): unknown => {
      const value = values[i]!;
      if (Number.isNaN(value)) return undefined;
      return node.type === "boolean"
        ? value === 1
        : node.type === "datetime"
          ? new Date(value / 1000)
          : value;
    };
    return [key, cell] as const;
  });
  return (i) => Object.fromEntries(cells.map(([key, cell]) => [key, cell(i)]));
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
