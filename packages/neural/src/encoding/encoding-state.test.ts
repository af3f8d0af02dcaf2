import { packState, type StateValue, unpackState } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import type { EncodingState } from "./encoding-state.ts";
import { TableEncoding } from "./table-encoding.ts";

const table = shopTable();
const context = { seed: 2, rowStart: 0 };

describe.each([
  ["blocks", { numbers: "blocks" }],
  ["mixture", { numbers: "mixture" }],
  ["copula", { numbers: "copula", marginal: "gamma" }],
  ["stretches", { numbers: "copula", scores: "stretches" }],
] as const)("the state of an encoding in %s", (_, own) => {
  const options = { ...shopOptions, ...own };
  const encoding = TableEncoding.fit(table, shopMetadata, options, { seed: 1, tableName: "shop" });

  test("makes the same encoding again, through a model file's parts", async () => {
    const { json, tensors } = packState(encoding.toState(), "encoding");
    const text = JSON.stringify(json);
    const again = TableEncoding.fromState(unpackState(JSON.parse(text), tensors));
    expect(again.layout).toEqual(encoding.layout);
    expect(again.columns).toEqual(encoding.columns);
    expect(again.warnings).toEqual(encoding.warnings);
    expect(again.metadata).toEqual(encoding.metadata);
    expect(again.options).toEqual(options);
    expect(again.encode(table, context)).toEqual(encoding.encode(table, context));
    const rows = encoding.encode(table, context);
    expect(await again.decode(rows, context)).toEqual(await encoding.decode(rows, context));
    const repacked = packState(again.toState(), "encoding");
    expect(repacked.json).toEqual(json);
    expect(repacked.tensors).toEqual(tensors);
  });

  test("is the same for the same table", () => {
    const twin = TableEncoding.fit(table, shopMetadata, options, { seed: 1, tableName: "shop" });
    expect(twin.toState()).toEqual(encoding.toState());
  });

  test("is refused where any part of it is missing or of another kind", () => {
    const state = encoding.toState();
    const damaged = [...damages(state, 4)];
    expect(damaged.length).toBeGreaterThan(100);
    for (const [path, broken] of damaged) {
      let code = "none";
      try {
        TableEncoding.fromState(broken as EncodingState);
      } catch (error) {
        code = (error as { code?: string }).code ?? String(error);
      }
      expect([path, code]).toEqual([
        path,
        expect.stringMatching(/VERISIM_TRANSFORM_STATE|VERISIM_MODEL_FILE/),
      ]);
    }
  });
});

/** Copies of a state with one part taken away, or an array cut short; transforms and metadata are checked elsewhere. */
function* damages(value: StateValue, depth: number, path: string = ""): Generator<[string, StateValue]> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) {
    yield [path, "something else"];
    if (ArrayBuffer.isView(value) && (value as Float64Array).length > 1) {
      yield [`${path} cut`, (value as Float64Array).slice(1)];
    }
    return;
  }
  if (depth === 0) return;
  const entries: [string, StateValue | undefined][] = Object.entries(value);
  for (const [key, inner] of entries) {
    if (inner === undefined || /^(transformer|metadata|warnings|tableName|name)$/.test(key)) continue;
    for (const [where, broken] of damages(inner, depth - 1, `${path}/${key}`)) {
      const copy = entries.map(([name, other]) => [name, name === key ? broken : other] as const);
      yield [where, Array.isArray(value) ? copy.map(([, other]) => other!) : Object.fromEntries(copy)];
    }
  }
}
