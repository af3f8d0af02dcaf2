// What a sequence between two others looks like, as SVG: along their warping path, and for comparison the mean of steps of
// equal number.

import { cellAt, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { resampleSequences } from "@verisim/resample";
import { escaped, text } from "./svg-text.ts";

const size = { width: 582, height: 250 };
const panel = { left: 12, top: 50, width: 558, height: 150 };
const steps = 60;

/** A wave with a peak that comes at its own time. */
const wave = (peak: number, length: number): number[] =>
  Array.from(
    { length },
    (_, step) => 0.25 * Math.sin(step / 4) + 2 * Math.exp(-0.5 * ((step - peak) / 2.5) ** 2),
  );

export async function sequencePicture(): Promise<string> {
  const parents = [wave(16, 48), wave(36, steps)];
  const others = [0, 1, 2, 3].map(() => new Array<number>(30).fill(0));
  const cells = [...parents, ...others].flatMap((values, id) =>
    values.map((value, step) => ({ id: id + 1, step, value, kind: id < 2 ? "rare" : "common" })),
  );
  const table = new Table([
    numberColumn(
      "id",
      cells.map(({ id }) => id),
    ),
    numberColumn(
      "step",
      cells.map(({ step }) => step),
    ),
    numberColumn(
      "value",
      cells.map(({ value }) => value),
    ),
    textColumn(
      "kind",
      cells.map(({ kind }) => kind),
    ),
  ]);
  const metadata: TableMetadata = {
    columns: {
      id: { sdtype: "id" },
      step: { sdtype: "numerical" },
      value: { sdtype: "numerical" },
      kind: { sdtype: "categorical" },
    },
  };
  // A recorded draw: the first parent, the second as its neighbour, half of the way.
  const half = (stream: string, count: number) =>
    Promise.resolve(new Float64Array(count).fill(stream.endsWith("share") ? 0.5 : 0.01));
  const result = await resampleSequences(table, metadata, {
    ...{ target: "kind", sequenceKey: "id", sequenceOrder: "step", counts: { rare: 3 }, window: 1 },
    draws: { uniforms: half, normals: (stream, columns, rows) => half(stream, columns * rows) },
  });
  const rows = Array.from(result.madeOf.keys()).filter((row) => result.madeOf[row] === 0);
  const between = rows.map((row) => Number(cellAt(result.table.column("value"), row)));
  const mean = Array.from(
    { length: parents[0]!.length },
    (_, step) => (parents[0]![step]! + parents[1]![step]!) / 2,
  );
  const lines = [
    { values: parents[0]!, colour: "#9ab8cd", width: 1.5, words: "a sequence" },
    { values: parents[1]!, colour: "#5b9bd5", width: 1.5, words: "its neighbour" },
    { values: mean, colour: "#999", width: 1.5, dash: "4 4", words: "mean of equal step numbers" },
    { values: between, colour: "#f39c12", width: 3, words: "new, half of the way" },
  ];
  const title = "sequences: time and value lie between both parents'";
  const parts = lines.flatMap(({ values, colour, width, dash, words }, line) => {
    const points = values.map(
      (value, step) =>
        `${(panel.left + (panel.width * step) / steps).toFixed(0)},${(panel.top + panel.height * (1 - (value + 0.4) / 2.8)).toFixed(0)}`,
    );
    const x = panel.left + [0, 95, 205, 410][line]!;
    return [
      `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`,
      `<path d="M${x} ${panel.top + panel.height + 26}h18" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`,
      text(x + 23, panel.top + panel.height + 30, words, "start"),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="11" fill="#333" role="img" aria-label="${escaped(title)}">
<rect width="${size.width}" height="${size.height}" fill="#fff"/>
${text(panel.left, 20, title, "start", 15)}
${parts.join("\n")}
</svg>
`;
}
