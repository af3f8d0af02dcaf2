// Law 3: exactly what was asked. Every row meets the condition, counts per label are exact, and what is impossible is a coded
// error that names it.

import {
  type ConditionColumn,
  type ConditionColumns,
  conditionHolds,
  parseCondition,
  parseDatetime,
  type SampleOptions,
  Table,
} from "@verisim/core";
import { categoryShares, shareDistance } from "../association.ts";
import { exampleGrades, exampleTable } from "../example-table.ts";
import { codedError, type GeneratorSubject, promise, worksOrCoded } from "../generator-subject.ts";
import { conditionalShareDifference } from "../tolerances.ts";
import { fittedOnce } from "./structure-checks.ts";

/** What conditions need to know to be checked on the example's rows. */
const columns: ConditionColumns = new Map<string, ConditionColumn>([
  ["joined", { kind: "number", parse: (text) => parseDatetime(text, "%Y-%m-%d") }],
  ["grade", { kind: "category", categories: exampleGrades, ordered: true }],
]);

/** Equality, ranges, IN, NOT, null, AND, OR, dates, ordered categories, truth values: rare and frequent. */
const possible: readonly string[] = [
  "city = 'Lyon'",
  "city != 'Lyon'",
  "city in ('Graz', 'Porto', 'Gent, \"Oost\"')",
  "city not in ('Graz', 'Porto')",
  "city is null",
  "city is not null and score is null",
  "member = true",
  "grade = 'high' and member = 'no' or grade = 'low'",
  "grade >= 'middle'",
  "age = 41",
  "age in (30, 40, 50)",
  "age between 60 and 64",
  "age > 60 and age < 62",
  "not (age >= 30 and age <= 55)",
  "income >= 60000",
  "income > 20000 and income <= 20500.5",
  "debt = 0",
  "debt > 0",
  "debt != 0 and age < 30",
  "score is null",
  "score is not null and score < 40",
  "score > 60 or score is null",
  "joined < '2019-01-01'",
  "joined is null or joined >= '2020-01-01'",
  "age < 25 or income > 80000 or city = 'Porto'",
  "(age < 40 or grade = 'high') and (city = 'Graz' or debt = 0) and score is not null",
  "not (city = 'Lyon' or city is null) and not grade = 'low'",
];

/** As many rows as asked, and the condition holds in every one. */
export async function checkConditions(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  for (const text of possible) {
    const where = parseCondition(text);
    const synthetic = await generator.sample(150, { seed: 21, where });
    promise(
      synthetic.rowCount === 150,
      `150 rows where ${text} were asked for but ${synthetic.rowCount} came`,
    );
    for (let row = 0; row < 150; row++) {
      promise(
        conditionHolds(where, synthetic, row, columns),
        () => `row ${row} breaks ${text}: ${JSON.stringify(synthetic.slice(row, row + 1).toRows()[0])}`,
      );
    }
  }
}

/** Inside a condition, shares are those of the training rows that meet it: alternatives keep their weights. */
export async function checkConditionalShares(subject: GeneratorSubject): Promise<void> {
  const { table } = exampleTable();
  const generator = await fittedOnce(subject);
  const cases = [
    ["city in ('Lyon', 'Graz', 'Porto')", "city"],
    ["grade = 'high' or grade = 'low'", "grade"],
    ["age >= 0 or city = 'Lyon'", "member"],
  ] as const;
  for (const [text, name] of cases) {
    const where = parseCondition(text);
    const inside = Array.from({ length: table.rowCount }, (_, row) => row).filter((row) =>
      conditionHolds(where, table, row, columns),
    );
    const synthetic = await generator.sample(2_000, { seed: 22, where });
    const distance = shareDistance(
      categoryShares(table.take(inside).column(name)),
      categoryShares(synthetic.column(name)),
    );
    promise(
      distance <= conditionalShareDifference,
      `where ${text}: the shares of ${name} are ${distance.toFixed(3)} from the real ones`,
    );
  }
}

/** Exact rows per label; the rest goes to labels that are not named; labels are spread over the rows. */
export async function checkCounts(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  const requests: readonly (readonly [Record<string, number>, number, SampleOptions])[] = [
    [{ low: 10, middle: 20, high: 70 }, 100, {}],
    [{ high: 0, low: 33 }, 200, {}],
    [{ high: 40 }, 150, { where: parseCondition("age >= 50 and city is not null") }],
    [{ low: 500, high: 500 }, 1_000, { batchSize: 77 }],
  ];
  for (const [wanted, total, options] of requests) {
    const counts = { column: "grade", counts: new Map(Object.entries(wanted)) };
    const request = { ...options, seed: 23, counts };
    const synthetic = await generator.sample(total, request);
    const asked = JSON.stringify(wanted);
    promise(synthetic.rowCount === total, `${total} rows were asked for with counts ${asked}`);
    const received = countTexts(synthetic, "grade");
    for (const [label, count] of Object.entries(wanted))
      promise(
        (received.get(label) ?? 0) === count,
        `${asked} of ${total} gave ${received.get(label) ?? 0} ${label}`,
      );
    for (let row = 0; row < total && options.where; row++)
      promise(
        conditionHolds(options.where, synthetic, row, columns),
        `counts ${asked}: row ${row} breaks the condition`,
      );
    const parts: Table[] = [];
    for (const [from, count] of [
      [0, 40],
      [40, total - 40],
    ] as const)
      parts.push(await generator.sample(count, { ...request, from, totalRows: total }));
    const united = countTexts(Table.concat(parts), "grade");
    for (const [label, count] of Object.entries(wanted))
      promise(
        (united.get(label) ?? 0) === count,
        `${asked} in two requests gave ${united.get(label) ?? 0} ${label}`,
      );
  }
  const halves = {
    column: "grade",
    counts: new Map([
      ["low", 500],
      ["high", 500],
    ]),
  };
  const mixed = await generator.sample(1_000, { seed: 24, counts: halves });
  const early = countTexts(mixed.slice(0, 500), "grade").get("low") ?? 0;
  // 250 in the mean, deviation 7.9: beyond 80 is impossible by chance.
  promise(Math.abs(early - 250) < 80, `${early} of the 500 low labels are in the first half: not shuffled`);
}

function countTexts(table: Table, name: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of table.toRows()) {
    const text = String(row[name]);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** What no row can be is refused, with the column or value in the error, by both ways of sampling. */
export async function checkImpossible(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  const impossible: readonly (readonly [string, string])[] = [
    ["age < 30 and age > 40", "age"],
    ["city = 'Lyon' and city = 'Graz'", "city"],
    ["city = 'Atlantis'", "Atlantis"],
    ["grade in ('high', 'highest')", "highest"],
    ["age is null", "age"],
    ["score is null and score > 3", "score"],
  ];
  for (const [text, named] of impossible) {
    const where = parseCondition(text);
    const check = async (work: () => Promise<unknown>): Promise<void> => {
      const error = await codedError(`where ${text}`, ["VERISIM_CONDITION_IMPOSSIBLE"], work);
      const place = `${error.message} ${JSON.stringify(error.where)}`;
      promise(place.includes(named), `the error of ${text} does not name ${named}: ${error.message}`);
    };
    await check(() => generator.sample(5, { where }));
    await check(async () => {
      for await (const batch of generator.sampleBatches(5, { where }))
        promise(batch.rowCount === -1, `where ${text}: a batch came before the error`);
    });
  }
  await codedError("an unknown column", ["VERISIM_UNKNOWN_COLUMN"], () =>
    generator.sample(5, { where: parseCondition("agee > 3") }),
  );
  await codedError("text for a number", ["VERISIM_CONDITION_TYPE"], () =>
    generator.sample(5, { where: parseCondition("age = 'old'") }),
  );
}

/** A range that the real rows never reached is either met in every row or refused: never fewer rows in silence. */
export async function checkFarRange(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  for (const text of ["age > 1000", "income < -5", "joined >= '2500-01-01'", "debt > 0 and debt < 1"]) {
    const where = parseCondition(text);
    const result = await worksOrCoded(`where ${text}`, () => generator.sample(20, { where, seed: 2 }));
    if (!(result instanceof Table)) {
      promise(result.code === "VERISIM_CONDITION_IMPOSSIBLE", `where ${text}: the error is ${result.code}`);
      continue;
    }
    promise(result.rowCount === 20, `where ${text}: ${result.rowCount} of 20 rows came`);
    for (let row = 0; row < 20; row++)
      promise(conditionHolds(where, result, row, columns), `where ${text}: row ${row} breaks it`);
  }
}

/** Counts that cannot be: unknown labels, more than the rows, a rest for which no label is left. */
export async function checkImpossibleCounts(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  const ask = (counts: Record<string, number>, rows: number, more: SampleOptions = {}): Promise<unknown> =>
    generator.sample(rows, { ...more, counts: { column: "grade", counts: new Map(Object.entries(counts)) } });
  const impossible = ["VERISIM_CONDITION_IMPOSSIBLE"];
  await codedError("an unknown label", impossible, () => ask({ best: 3 }, 10));
  await codedError("more labels than rows", impossible, () => ask({ low: 11 }, 10));
  await codedError("no label left for the rest", impossible, () => ask({ low: 3, middle: 3, high: 3 }, 10));
  await codedError("a label that the condition excludes", impossible, () =>
    ask({ low: 5 }, 10, { where: parseCondition("grade = 'high'") }),
  );
  await codedError("counts of no column", ["VERISIM_UNKNOWN_COLUMN"], () =>
    generator.sample(5, { counts: { column: "nothing", counts: new Map([["low", 1]]) } }),
  );
}
