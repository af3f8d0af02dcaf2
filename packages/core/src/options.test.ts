import { describe, expect, it } from "vitest";
import type { OptionTable } from "./generator.ts";
import { checkOptions, describeOption } from "./options.ts";

const rows: OptionTable = {
  epochs: { type: "integer", default: 300, min: 1, max: 1000, description: "Passes over the data." },
  loss: { type: "choice", default: "wgan", values: ["wgan", "hinge"], description: "Loss." },
  marginals: { type: "map", default: {}, values: ["gamma", "beta"], description: "Family per column." },
};

const refused = (options: Record<string, unknown>): { code: string; message: string } => {
  try {
    checkOptions("g", rows, options, ["age"]);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("expected an error");
};

describe("checkOptions", () => {
  it("fills in defaults and keeps what is given", () => {
    expect(checkOptions("g", rows, { epochs: 5, loss: undefined })).toEqual({
      epochs: 5,
      loss: "wgan",
      marginals: {},
    });
  });

  it("refuses unknown options, values out of range, wrong types and unknown columns", () => {
    expect(refused({ epoch: 5 })).toMatchObject({
      code: "VERISIM_UNKNOWN_OPTION",
      hint: expect.stringContaining("epochs"),
    });
    expect(refused({ epochs: 0 }).message).toBe(
      "Expected a whole number from 1 to 1000 for epochs but received 0.",
    );
    expect(refused({ epochs: 1.5 }).code).toBe("VERISIM_OPTION_VALUE");
    expect(refused({ loss: "mse" }).code).toBe("VERISIM_OPTION_VALUE");
    expect(refused({ marginals: { age: "weibull" } }).code).toBe("VERISIM_OPTION_VALUE");
    expect(refused({ marginals: { agee: "beta" } }).code).toBe("VERISIM_UNKNOWN_COLUMN");
    expect(refused({ __proto__x: 1 }).code).toBe("VERISIM_UNKNOWN_OPTION");
  });

  it("says what a row accepts", () => {
    expect(describeOption(rows.marginals!)).toBe("a map of columns to one of gamma, beta");
  });
});
