import { scenarios, Simulation } from "@verisim/simulate";
import { VerisimError, RowRandom, streamKey } from "@verisim/core";
const r = new RowRandom(streamKey(Number(process.argv[2] ?? 1), "fuzz"), 0);
const values: unknown[] = [null, -1, 0, 1e308, NaN, "", "prev(x,0)", "1/0", "parent.x", [], {}, [[]], true, "x".repeat(50), { distribution: "normal" }, "index", "-5", "missing", "uniform()", "'a'", 2 ** 40, "date('2024-01-01')", { a: 1 }, ["a", "a"], "row"];
function mutate(node: any, depth = 0): void { const keys = Object.keys(node); if (!keys.length) return; const k = keys[r.below(keys.length)]!; const v = node[k]; if (typeof v === "object" && v !== null && r.uniform() < 0.85) mutate(v, depth + 1); else if (r.uniform() < 0.2) (Array.isArray(node) ? node.splice(Number(k) | 0, 1) : delete node[k]); else if (r.uniform() < 0.3) node[values[r.below(values.length)] as any] = v; else node[k] = values[r.below(values.length)]; }
const codes = new Map<string, number>(); let t0 = performance.now();
for (let i = 0; i < 100000 && performance.now() - t0 < 40000; i++) {
  const model = structuredClone(scenarios[r.below(scenarios.length)]!.model) as any;
  for (const t of Object.values(model.tables) as any[]) if (t.rows) t.rows = Math.min(t.rows, 50);
  for (const t of Object.values(model.tables) as any[]) if (t.events) for (const e of Object.values(t.events) as any[]) if (e.count) e.count = 1;
  const n = 1 + r.below(3); for (let j = 0; j < n; j++) mutate(model);
  const start = performance.now(); let code = "ok";
  try { const s = await Simulation.create(model, { seed: i }); for (const t of s.tables) { await s.sample(t, { rowCount: 60 }); } } catch (e: any) { code = VerisimError.isInstance(e) ? e.code : "CRASH " + e.stack.split("\n").slice(0, 4).join(" | "); if (code.startsWith("CRASH")) console.log(i, code, JSON.stringify(Object.fromEntries(Object.entries(model.tables).map(([k,t]: any)=>[k,t.correlations]))), JSON.stringify(model.tables).slice(0,2500)); }
  codes.set(code, (codes.get(code) ?? 0) + 1); const ms = performance.now() - start; if (ms > 3000) console.log("slow", ms, i, code);
}
console.log([...codes].sort((a, b) => b[1] - a[1]).slice(0, 30));
