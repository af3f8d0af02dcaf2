// A small table with one column of every common kind, the same on every run.

const names = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Niklaus"];
const plans = ["free", "team", "enterprise"];

/** CSV of `rows` customers: id, name, date, amount with missing cells, category, boolean. */
export function sampleCsv(rows: number): string {
  let state = 12345;
  const next = (bound: number): number => {
    // A linear congruential generator (Numerical Recipes, section 7.1): good enough to look like data.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * bound);
  };
  const lines = ["customer_id,first_name,signup,spend,plan,active"];
  for (let row = 0; row < rows; row++) {
    const plan = next(plans.length);
    const day = new Date(Date.UTC(2023, 0, 1 + next(700))).toISOString().slice(0, 10);
    const spend = next(10) === 0 ? "" : (20 + 200 * plan + next(9000) / 100).toFixed(2);
    lines.push(
      `C${String(1000 + row)},${names[next(names.length)]},${day},${spend},${plans[plan]},${next(3) > 0}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
