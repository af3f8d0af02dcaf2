// Ours for `quality-report`: the figures of SDMetrics' QualityReport and DiagnosticReport for a table against itself.

import { readTable } from "@verisim/data";
import { diagnosticReport, qualityReport } from "@verisim/evaluate";

import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);

await serve(async () => {
  const scores: (number | null)[] = [];
  const before = process.cpuUsage();
  const seconds = await time(async () => {
    scores.push((await qualityReport(table, table, metadata)).score);
    scores.push(diagnosticReport(table, table, metadata).score);
  });
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6, scores };
});
