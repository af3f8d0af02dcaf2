// The demo's table: customers of an online service, made up from a seed. It has what real tables have - names, dates,
// skew, spikes, many zeros, cells that are missing for a reason, a rare class - and relations that can be explained,
// so that anyone can judge whether the synthetic rows have them too.

import { RowRandom, streamKey } from "@verisim/core";

const firstNames = {
  f: "Ada Amira Anna Beatriz Chiara Elena Emma Fatima Grace Hana Ingrid Julia Leila Maria Mei Nora Olga Priya Sofia Yuki",
  m: "Ahmed Ali Ben Carlos David Emil Felix Hugo Ivan Jamal Jonas Kenji Liam Luca Marco Noah Omar Paul Ravi Tom",
};
const lastNames =
  "Almeida Andersson Bakker Becker Bianchi Brown Costa Dubois Eriksen Fischer Garcia Haddad Hansen Ito Jansen Keller " +
  "Kowalski Kumar Lopez Martin Mueller Nakamura Nguyen Novak Okafor Patel Petrov Ricci Rossi Santos Schmidt Silva " +
  "Smith Sousa Tanaka Weber Wilson Yilmaz Zhang Zimmermann";

/** Cities per region with their weights, and the region's income level. */
const regions = [
  { name: "north", weight: 4, income: 1.1, cities: { Norhaven: 5, Kesterby: 3, Ulmsted: 2, Varn: 1 } },
  { name: "south", weight: 3, income: 0.85, cities: { Solana: 4, "Porto Claro": 3, Mirella: 2 } },
  { name: "east", weight: 2, income: 0.9, cities: { Ostermark: 3, Belltown: 2, Lenmark: 1 } },
  { name: "west", weight: 3, income: 1.05, cities: { Westmoor: 4, "Saint-Clair": 2, Halden: 2 } },
  { name: "islands", weight: 1, income: 0.8, cities: { "Isla Verde": 2, Skerry: 1 } },
] as const;

const plans = ["free", "basic", "pro", "enterprise"] as const;

export const customerColumns = [
  "customer_id",
  "first_name",
  "last_name",
  "email",
  "birth_date",
  "signed_up",
  "region",
  "city",
  "plan",
  "income",
  "monthly_visits",
  "balance",
  "last_rating",
  "newsletter",
  "churned",
] as const;

/** One row's draws, in the shapes that the table needs. */
class Draw {
  readonly #random: RowRandom;

  constructor(row: number) {
    this.#random = new RowRandom(streamKey(2024, "demo", "customers"), row);
  }

  uniform(): number {
    return this.#random.uniform();
  }

  normal(): number {
    return this.#random.normal();
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(items: readonly T[], weights: readonly number[]): T {
    let left = this.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    const place = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return items[place < 0 ? items.length - 1 : place]!;
  }

  word(words: string): string {
    const list = words.split(" ");
    return list[Math.floor(this.uniform() * list.length)]!;
  }
}

function dateText(dayOfEra: number, withTime: boolean): string {
  const text = new Date(dayOfEra * 86_400_000).toISOString();
  return withTime ? text.slice(0, 19).replace("T", " ") : text.slice(0, 10);
}

/** The cells of one customer; an empty text is a missing cell. */
export function customer(row: number): string[] {
  const draw = new Draw(row);
  const female = draw.chance(0.52);
  const first = draw.word(female ? firstNames.f : firstNames.m);
  const last = draw.word(lastNames);
  const region = draw.pick(
    regions,
    regions.map(({ weight }) => weight),
  );
  const city = draw.pick(Object.keys(region.cities), Object.values(region.cities));
  // Two generations of customers; the service grew, so late sign-ups are more frequent.
  const age = Math.min(92, Math.max(18, draw.chance(0.6) ? 31 + 7 * draw.normal() : 52 + 12 * draw.normal()));
  const signedUp = 17_897 + 2_300 * Math.sqrt(draw.uniform());
  const birth = 20_300 - age * 365.25 - draw.uniform() * 300;
  // Income rises to the age of 55 and falls after it; half of the people round it.
  const peak = Math.exp(-(((age - 55) / 38) ** 2));
  const exact = 21_000 * region.income * Math.exp(0.95 * peak + 0.42 * draw.normal());
  const income = draw.chance(0.5) ? Math.round(exact / 5_000) * 5_000 : Math.round(exact);
  const wealth = Math.log(Math.max(exact, 1) / 40_000);
  const plan = draw.pick(plans, [
    5 * Math.exp(-1.6 * wealth),
    4,
    2.2 * Math.exp(1.6 * wealth),
    0.35 * Math.exp(2.6 * wealth),
  ]);
  const level = plans.indexOf(plan);
  const visits = Math.floor(Math.exp(0.8 + 0.85 * level + 0.6 * draw.normal()));
  const balance = draw.chance(0.78 - 0.18 * level) ? 0 : (4 + 9 * visits) * Math.exp(0.6 * draw.normal());
  // Who hardly visits gives no rating; who pays nothing is seldom asked for an income.
  const rating = Math.min(5, Math.max(1, Math.round(3.6 + 0.25 * level + 0.9 * draw.normal())));
  const rated = draw.chance(visits < 2 ? 0.15 : 0.8);
  const tellsIncome = draw.chance(level === 0 ? 0.7 : 0.96);
  const newsletter = draw.chance(age > 45 ? 0.65 : 0.22);
  const risk = Math.exp(-3.75 - 0.35 * visits + (rated && rating <= 2 ? 1.8 : 0) + (level === 0 ? 1.1 : 0));
  const churned = draw.chance(risk / (1 + risk));
  return [
    `C-${String(100_000 + row).padStart(6, "0")}`,
    first,
    last,
    `${first}.${last}${row}@example.com`.toLowerCase(),
    dateText(birth, false),
    dateText(signedUp, true),
    region.name,
    city,
    plan,
    tellsIncome ? String(income) : "",
    String(visits),
    balance.toFixed(2),
    rated ? String(rating) : "",
    newsletter ? "true" : "false",
    churned ? "yes" : "no",
  ];
}

/** Customers [from, from + count) as CSV. */
export function customersCsv(from: number, count: number): string {
  const lines = [customerColumns.join(",")];
  for (let row = from; row < from + count; row++) lines.push(customer(row).join(","));
  return `${lines.join("\n")}\n`;
}
