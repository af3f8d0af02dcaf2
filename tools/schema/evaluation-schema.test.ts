// The published schema is what the types say, and a judgement that was really made conforms to it.

import { readFileSync } from "node:fs";
import { figuresOf } from "@verisim/evaluate/figures";
import { expect, test } from "vitest";
import { measuredReport } from "../../packages/report/fixtures/measured.ts";
import { evaluationSchema, schemaFile, schemaText } from "./evaluation-schema.ts";
import type { Schema } from "./type-reader.ts";

const schema = evaluationSchema() as unknown as Schema & { $defs: Record<string, Schema> };

/** Where a value breaks a schema, as paths; fields that the schema does not know are named too. */
function breaches(value: unknown, given: Schema, path = ""): string[] {
  const { $ref, anyOf, type, properties, required, items, prefixItems, additionalProperties } = given;
  if ($ref) return breaches(value, schema.$defs[$ref.replace("#/$defs/", "")]!, path);
  if (anyOf) {
    const all = anyOf.map((one) => breaches(value, one, path));
    return all.some((found) => found.length === 0)
      ? []
      : all.reduce((best, found) => (found.length < best.length ? found : best));
  }
  if (given.const !== undefined) return value === given.const ? [] : [`${path} is not ${given.const}`];
  if (given.enum)
    return given.enum.includes(value as string) ? [] : [`${path} is none of ${given.enum.join()}`];
  const own = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (type && ![type].flat().includes(own)) return [`${path} is ${own}, not ${[type].flat().join(" or ")}`];
  if (Array.isArray(value)) {
    const of = (at: number): Schema => prefixItems?.[at] ?? (items as Schema);
    return value.flatMap((item, at) => breaches(item, of(at), `${path}[${at}]`));
  }
  if (own !== "object") return [];
  const entries = Object.entries(value as object);
  return [
    ...(required ?? [])
      .filter((name) => !Object.hasOwn(value as object, name))
      .map((name) => `${path}.${name} is missing`),
    ...entries.flatMap(([name, item]) => {
      const known = properties?.[name] ?? additionalProperties;
      return known ? breaches(item, known, `${path}.${name}`) : [`${path}.${name} is not in the schema`];
    }),
  ];
}

test("the schema's file is what the types say", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
});

test("a judgement with every part conforms to the schema, as JSON", async () => {
  const { evaluation } = await measuredReport();
  const document = JSON.parse(JSON.stringify({ ...evaluation, figures: figuresOf(evaluation) })) as unknown;
  expect(breaches(document, schema)).toEqual([]);
});

test("what is wrong is found: a text for a number, a missing field, an unknown word", async () => {
  const { evaluation } = await measuredReport();
  const { copies, ...rest } = evaluation;
  const wrong = {
    ...rest,
    seed: "1",
    figures: {},
    parts: [{ part: "weather", state: "done", code: null, reason: null }],
  };
  expect(breaches(wrong, schema)).toEqual([
    expect.stringMatching(/copies is missing/),
    expect.stringMatching(/\.seed is string, not number/),
    expect.stringMatching(/parts\[0\]\.part is none of projection,/),
  ]);
  expect(copies.exactCopyShare).toBeGreaterThanOrEqual(0);
});

test("every definition has the words of its type's comment, where there are some", () => {
  expect(schema.$defs.PartState!.properties!.code!.description).toMatch(/^Why it was left out/);
  expect(schema.$defs.UtilityReport!.properties!.failure!.description).toMatch(
    /^Why the synthetic rows taught nothing/,
  );
});
