import { VerisimError } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { checkSimulation, Simulation } from "../engine/simulation.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import type { ColumnModel, SimulationModel } from "./model.ts";
import { modelText } from "./model-text.ts";
import { SimulationModelError } from "./problems.ts";
import { parseModelText } from "./read-model.ts";

/** Problems of a model as `path: message`. */
function problemsOf(model: unknown): string[] {
  try {
    checkSimulation(model);
  } catch (error) {
    if (!(error instanceof SimulationModelError)) throw error;
    return error.problems.map((one) => `${one.code} ${one.where.option}: ${one.message}`);
  }
  return [];
}
const oneTable = (columns: unknown, more: object = {}): unknown => ({
  tables: { t: { rows: 10, columns, ...more } },
});

describe("a model file", () => {
  it("says in YAML and in JSON what the object says: the same rows", async () => {
    for (const { model } of scenarios.slice(0, 2)) {
      const direct = await Simulation.create(model, { seed: 3 });
      for (const format of ["yaml", "json"] as const) {
        const read = parseModelText(modelText(model, format)) as SimulationModel;
        const other = await Simulation.create(read, { seed: 3 });
        for (const table of direct.tables)
          expect((await other.sample(table, { rowCount: 20 })).toRows()).toEqual(
            (await direct.sample(table, { rowCount: 20 })).toRows(),
          );
      }
    }
  });

  it("has lists of numbers on one line, and columns in the order of the model", async () => {
    const columns: Record<string, ColumnModel> = {
      sum: { formula: "a + 1" },
      a: { quantiles: [0, 1.5, 10] },
      b: { categories: ["x"] },
    };
    const model = { tables: { t: { rows: 1, columns } } };
    expect(modelText(model)).toContain("quantiles: [ 0, 1.5, 10 ]\n");
    expect(modelText(model)).toContain("- x\n");
    const [row] = (await (await Simulation.create(model)).sample("t")).toRows();
    expect(Object.keys(row!)).toEqual(["sum", "a", "b"]);
  });

  it("that holds itself is refused", () => {
    const text = "tables: { t: { rows: 1, columns: { a: &a { cases: [*a] }, b: &b { distribution: *b } } } }";
    const found = problemsOf(parseModelText(text)).join("\n");
    expect(found).toMatch(/tables\.t\.columns\.a\.cases.*go too deep/);
    expect(found).toMatch(
      /tables\.t\.columns\.b\.distribution: Expected a text but received a value that holds itself/,
    );
  });

  it("that is no YAML, is too deep in aliases or names objects to make is refused", () => {
    const code = (text: string) => {
      try {
        parseModelText(text);
      } catch (error) {
        return VerisimError.isInstance(error) ? error.code : String(error);
      }
      return "read";
    };
    expect(code("tables: [")).toBe("VERISIM_SIMULATION_SYNTAX");
    expect(code("a: 1\na: 2")).toBe("VERISIM_SIMULATION_SYNTAX");
    const laughs = [
      "a: &a [1,1,1,1,1,1,1,1,1,1]",
      ..."bcdefgh"
        .split("")
        .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[i]}`).join(",")}]`),
    ];
    expect(code(laughs.join("\n"))).toBe("VERISIM_SIMULATION_SYNTAX");
    expect(parseModelText("x: 2024-01-01\ny: !!js/function 'f'\nz: <<")).toMatchObject({ x: "2024-01-01" });
  });
});

describe("problems", () => {
  const failure = (run: () => unknown): VerisimError => {
    try {
      run();
    } catch (error) {
      if (VerisimError.isInstance(error)) return error;
    }
    throw new Error("nothing was refused");
  };

  it("of a text show its line, and what YAML wants", () => {
    const error = failure(() => parseModelText("tables:\n  t: { rows: 1,\n  a: { formula: 'x' + 1 } }"));
    expect(error.message).toContain(`in line 3: "a: { formula: 'x' + 1 } }"`);
    expect(error.hint).toMatch(/double quotes around formulas/);
  });

  it("hold what to do: near names, names from elsewhere, what else is wrong", () => {
    const columns = {
      a: { distribution: "gaussian" },
      b: { faker: "person.fullNam" },
      c: { chain: { up: { dow: 1 }, down: { up: 1 } } },
    };
    const error = failure(() => checkSimulation(oneTable(columns))) as SimulationModelError;
    expect(error.problems.map(({ hint }) => hint)).toEqual([
      'Here it is called "normal".',
      'Did you mean "person.fullName"?',
      'Did you mean "down"?',
    ]);
    expect(error.hint).toContain('Here it is called "normal".\nAnd 2 more:\nVERISIM_FAKER_UNKNOWN');
    expect(failure(() => checkSimulation(null)).where).toEqual({});
  });

  it("that follow from a cycle are not said", () => {
    const model = {
      tables: {
        t: { rows: 1, columns: { a: { formula: "b" }, b: { formula: "a" } } },
        u: { parent: { table: "t", count: 1 }, columns: { c: { formula: "parent.a" } } },
      },
    };
    expect(problemsOf(model)).toEqual([
      "VERISIM_SIMULATION_CYCLE tables.t.columns.a: Columns depend on each other in one row: a -> b -> a.",
    ]);
  });

  it("are all said at once, each with its path", () => {
    const model = {
      main: "nothing",
      tables: {
        t: {
          rows: -1,
          columns: {
            a: { distribution: "norml" },
            b: { distribution: "normal", sd: -1 },
            c: { distribution: "normal", sdd: 1 },
            d: { formula: "e + 1" },
            f: { categories: { x: -1 } },
            g: {},
            h: { formula: "1 +" },
            i: { key: "sequence", formula: "1" },
          },
        },
        u: { parent: { table: "tt", count: 1 }, columns: { a: { formula: "1" } } },
      },
    };
    const found = problemsOf(model);
    expect(found.map((text) => text.split(":")[0])).toEqual([
      "VERISIM_SIMULATION_FIELD tables.t.rows",
      "VERISIM_SIMULATION_FIELD tables.t.columns.a.distribution",
      "VERISIM_SIMULATION_FIELD tables.t.columns.c.sdd",
      "VERISIM_SIMULATION_FIELD tables.t.columns.f.categories.x",
      "VERISIM_SIMULATION_FIELD tables.t.columns.g",
      "VERISIM_SIMULATION_FORMULA tables.t.columns.h.formula",
      "VERISIM_SIMULATION_FIELD tables.t.columns.i",
      "VERISIM_SIMULATION_FIELD main",
      "VERISIM_SIMULATION_REFERENCE tables.u.parent.table",
    ]);
    // What formulas refer to is looked at once the shape is right.
    const { a: _a, c: _c, f: _f, g: _g, h: _h, i: _i, ...rest } = model.tables.t.columns;
    expect(problemsOf(oneTable(rest)).map((text) => text.split(":")[0])).toEqual([
      "VERISIM_SIMULATION_FIELD tables.t.columns.b",
      "VERISIM_SIMULATION_REFERENCE tables.t.columns.d.formula",
    ]);
  });

  it.each([
    ["a cycle", oneTable({ a: { formula: "b" }, b: { formula: "a" } }), /CYCLE .*a -> b -> a/],
    [
      "tables that need each other",
      {
        tables: {
          a: { parent: { table: "b", count: 1 }, columns: { x: { formula: "1" } } },
          b: { parent: { table: "a", count: 1 }, columns: { x: { formula: "1" } } },
        },
      },
      /CYCLE tables/,
    ],
    [
      "a table that is its own parent",
      { tables: { a: { parent: { table: "a", count: 1 }, columns: { x: { formula: "1" } } } } },
      /REFERENCE .*its own parent/,
    ],
    [
      "a text where a number belongs",
      oneTable({ a: { distribution: "normal", mean: "'x'" } }),
      /FORMULA tables.t.columns.a.mean: Expected a formula that gives a number/,
    ],
    [
      "correlations that cannot be",
      oneTable(
        { a: { distribution: "normal" }, b: { distribution: "normal" }, c: { distribution: "normal" } },
        {
          correlations: [
            {
              columns: ["a", "b", "c"],
              matrix: [
                [1, 0.9, 0.9],
                [0.9, 1, -0.9],
                [0.9, -0.9, 1],
              ],
            },
          ],
        },
      ),
      /CORRELATION .*not positive definite/,
    ],
    [
      "a correlated key",
      oneTable(
        { a: { key: "sequence" }, b: { distribution: "normal" } },
        {
          correlations: [
            {
              columns: ["a", "b"],
              matrix: [
                [1, 0],
                [0, 1],
              ],
            },
          ],
        },
      ),
      /CORRELATION .*"a"/,
    ],
    [
      "a matrix that is not symmetric",
      oneTable(
        { a: { distribution: "normal" }, b: { distribution: "normal" } },
        {
          correlations: [
            {
              columns: ["a", "b"],
              matrix: [
                [1, 0.5],
                [0.4, 1],
              ],
            },
          ],
        },
      ),
      /symmetric/,
    ],
    [
      "an event of an unknown column",
      oneTable({ a: { event: "e" } }, { events: { e: { count: 1, set: { z: "1" } } } }),
      /REFERENCE tables.t.events.e.set/,
    ],
    [
      "an unknown event",
      oneTable({ a: { event: "f" } }, { events: { e: { count: 1 } } }),
      /REFERENCE tables.t.columns.a.event/,
    ],
    [
      "an event of another kind than its column",
      oneTable({ a: { distribution: "normal" } }, { events: { e: { count: 1, set: { a: "'x'" } } } }),
      /FORMULA tables.t.events.e.set.a/,
    ],
    [
      "count and share",
      oneTable({ a: { event: "e" } }, { events: { e: { count: 1, share: 0.1 } } }),
      /either count or share/,
    ],
    ["a chain that leads out", oneTable({ a: { chain: { x: { y: 1 } } } }), /a state of the chain/],
    ["a machine that leads out", oneTable({ a: { machine: { x: [{ to: "y" }] } } }), /one of x/],
    [
      "a function of Faker that is none",
      oneTable({ a: { faker: "person.fullNames" } }),
      /VERISIM_FAKER_UNKNOWN/,
    ],
    [
      "a function of Faker that calls others",
      oneTable({ a: { faker: "helpers.fake" } }),
      /VERISIM_FAKER_UNKNOWN/,
    ],
    ["Faker by prototype", oneTable({ a: { faker: "constructor.constructor" } }), /VERISIM_FAKER_UNKNOWN/],
    [
      "a locale that is none",
      oneTable({ a: { faker: "person.fullName", locale: "../../x" } }),
      /VERISIM_LOCALE_UNKNOWN/,
    ],
    [
      "an end before the start",
      oneTable({ a: { time: { events: "poisson", start: "2024-01-02", end: "2024-01-01" } } }),
      /after the start/,
    ],
    [
      "a profile of 23 hours",
      oneTable({
        a: {
          time: {
            events: "poisson",
            start: "2024-01-01",
            end: "2024-01-02",
            profile: { hours: Array(23).fill(1) },
          },
        },
      }),
      /24 weights/,
    ],
    [
      "nothing between the limits",
      oneTable({ a: { distribution: "uniform", min: 2, max: 3 } }),
      /between min 2 and max 3 but uniform with low 0, high 1 has none/,
    ],
    [
      "weights for some values alone",
      oneTable({
        a: { categories: ["x", "y"] },
        b: { given: "a", table: { x: { p: 1 } } },
      }),
      /FIELD tables.t.columns.b.table: Expected weights for every value of a but received none for "y"/,
    ],
    [
      "distinct picks by weight",
      {
        tables: {
          t: { rows: 9, columns: { w: { formula: 1 } } },
          u: {
            rows: 1,
            columns: { a: { formula: "p.w" } },
            picks: { p: { table: "t", weight: "w", distinct: true } },
          },
        },
      },
      /no weight where picks are distinct/,
    ],
    ["rows beyond all numbers", { tables: { t: { rows: Infinity, columns: {} } } }, /received Infinity/],
    [
      "rows left out",
      { tables: { t: { columns: { a: { key: "sequence" } } } } },
      /a number of rows, or a parent/,
    ],
    ["no tables", { tables: {} }, /1 to 1000 tables/],
    ["no object", 7, /an object/],
    [
      "an own prototype",
      JSON.parse('{"tables": {"t": {"rows": 1, "columns": {"a": {"formula": "1"}}, "__proto__": {"x": 1}}}}'),
      /no field "__proto__"/,
    ],
  ])("%s", (_, model, message) => {
    expect(problemsOf(model).join("\n")).toMatch(message);
  });
});
