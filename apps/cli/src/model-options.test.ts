// `--set option=value`: types, ranges, maps, and several errors at once.

import type { GeneratorDefinition } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Checks, ChecksFailed } from "./checks.ts";
import { checkOptionColumns, readModelOptions } from "./model-options.ts";

/** Only the table of options is read. */
const definition = {
  name: "example",
  summary: "",
  paper: "",
  options: {
    epochs: { type: "integer", default: 10, min: 1, max: 100, description: "" },
    rate: { type: "number", default: 0.1, min: 0, description: "" },
    verbose: { type: "boolean", default: false, description: "" },
    mode: { type: "choice", default: "fast", values: ["fast", "slow"], description: "" },
    kinds: { type: "map", default: {}, values: ["beta", "gamma"], description: "" },
    label: { type: "text", default: "", description: "" },
  },
} as unknown as GeneratorDefinition;

function options(...settings: string[]): Record<string, unknown> {
  const checks = new Checks();
  const result = readModelOptions(definition, settings, checks);
  checks.settle();
  return result;
}

describe("the options of a generator", () => {
  it("are typed by their rows, the last one wins", () => {
    expect(
      options("epochs=5", "epochs=7", "rate=1e-3", "verbose=yes", "mode=slow", "label=a=b", "kinds.age=beta"),
    ).toEqual({ epochs: 7, rate: 0.001, verbose: true, mode: "slow", label: "a=b", kinds: { age: "beta" } });
  });

  it("take maps entry by entry, for any column name, or as JSON", () => {
    expect(options("kinds.a.b=c=beta", "kinds.d=gamma")).toEqual({ kinds: { "a.b=c": "beta", d: "gamma" } });
    expect(options('kinds={"x":"gamma"}', "kinds.y=beta")).toEqual({ kinds: { x: "gamma", y: "beta" } });
  });

  it.each([
    ["epochs=0", /whole number from 1 to 100/],
    ["epochs=2.5", /whole number/],
    ["epochs=", /whole number/],
    ["rate=-1", /a number from 0 on/],
    ["rate=fast", /a number/],
    ["verbose=maybe", /true or false/],
    ["mode=quick", /one of fast, slow/],
    ["kinds=beta", /a map of columns/],
    ["kinds.age=normal", /one of beta, gamma for kinds\.age/],
    ["epoch=3", /an option of example/],
    ["constructor=3", /an option of example/],
    ["=3", /option=value/],
  ])("%s is refused", (setting, message) => {
    expect(() => options(setting)).toThrowError(message);
  });

  it("are all checked before anything is reported", () => {
    try {
      options("epochs=0", "mode=quick", "nothing=1");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ChecksFailed);
      expect((error as ChecksFailed).errors.map(({ code }) => code)).toEqual([
        "VERISIM_OPTION_VALUE",
        "VERISIM_OPTION_VALUE",
        "VERISIM_UNKNOWN_OPTION",
      ]);
    }
  });

  it("name columns that the table has", () => {
    const checks = new Checks();
    const metadata = { columns: { age: { sdtype: "numerical" } } };
    checkOptionColumns({ kinds: { age: "beta" }, epochs: 3 }, metadata, checks);
    checks.settle();
    checkOptionColumns({ kinds: { agee: "beta" } }, metadata, checks);
    expect(() => checks.settle()).toThrowError(/--set kinds but received "agee"/);
  });
});
