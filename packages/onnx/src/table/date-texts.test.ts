import { DatePattern } from "@verisim/core";
import { traceEntry } from "@verisim/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportOnnx, openOnnx, openRows } from "../index.ts";
import { canWriteDates, type DateWriting, dateTexts } from "./date-texts.ts";

/** The texts that an ONNX graph writes of instants. */
async function written(micros: readonly number[], writing: DateWriting): Promise<readonly string[]> {
  const bytes = exportOnnx(
    traceEntry("dates", {}, {}, () => ({ outputs: {} })),
    {
      rows: 1,
      reserved: ["micros", "text"],
      extend: (graph) => {
        const input = graph.input("micros", { element: "int64", dims: [openRows] });
        graph.setRows(graph.add("Shape", [input], { start: 0, end: 1 }));
        const range = [Math.min(...micros), Math.max(...micros)] as const;
        return { outputs: [{ name: "text", value: dateTexts(graph, input, range, writing) }] };
      },
    },
  );
  const runner = await openOnnx(bytes, { threads: 1 });
  const data = BigInt64Array.from(micros, (value) => BigInt(value));
  const { text } = await runner.runTyped({ micros: { shape: [micros.length], data } });
  await runner.dispose();
  return text!.data as readonly string[];
}

const every = [
  "%Y-%m-%d",
  "%d.%m.%y %H:%M",
  "%-d/%-m/%Y %-I:%M %p",
  "%A, %^a %B %b %^b %P",
  "%Y-%m-%dT%H:%M:%S.%f%z",
  "%S %1f %2f %3f %4f %5f %9f %%",
];
/** From the year 1 to 9999, at whatever microsecond. */
const instants = fc.sample(
  fc
    .integer({ min: -62_135_596_800, max: 253_402_300_799 })
    .chain((seconds) => fc.integer({ min: 0, max: 999_999 }).map((rest) => seconds * 1e6 + rest)),
  { numRuns: 400, seed: 1 },
);
const edges = [0, -1, 1, 951_782_400e6 - 1, 951_782_400e6, -2_203_891_200e6, 4_107_542_400e6 - 1];

describe("dateTexts", () => {
  it.each(every)("writes %s as core does", async (format) => {
    const micros = [...edges, ...instants];
    const pattern = new DatePattern(format);
    for (const zone of format.includes("%z") ? ["Z", "-03:30"] : [undefined]) {
      const texts = await written(micros, { format, ...(zone === undefined ? {} : { zone }) });
      expect(texts).toEqual(micros.map((value) => pattern.format(value, zone)));
    }
  });

  it("writes a pattern without directives in every row", async () => {
    expect(await written([1, 2], { format: "some day" })).toEqual(["some day", "some day"]);
  });

  it("is asked first whether a zone has one offset", () => {
    expect(canWriteDates({ format: "%H%z", zone: "Europe/Berlin" })).toBe(false);
    expect(canWriteDates({ format: "%H%z", zone: "+02:00" })).toBe(true);
    expect(canWriteDates({ format: "%H", zone: "Europe/Berlin" })).toBe(true);
  });
});
