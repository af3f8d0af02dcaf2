// Card transactions with fraud: cards of households, merchants of nine kinds, purchases in the order of time by card, and
// bursts of fraud in an exact share of the rows. For models that look for fraud, and for load tests.

export const cardTransactions = {
  name: "card-transactions",
  description: "A year of purchases by card; 0.2 % of the rows are bursts of fraud of four purchases each.",
  main: "transactions",
  tables: {
    merchants: {
      rows: 2_000,
      columns: {
        merchant_id: { key: "sequence" },
        category: {
          categories: {
            grocery: 24,
            restaurant: 20,
            fuel: 9,
            clothing: 12,
            electronics: 8,
            travel: 5,
            health: 8,
            entertainment: 8,
            services: 6,
          },
        },
        country: { categories: { DE: 88, FR: 3.5, NL: 2.5, AT: 2.5, GB: 1.5, US: 1.5, CN: 0.5 } },
        // How much of all business a merchant has: few have most of it.
        popularity: { distribution: "pareto", alpha: 1.1, max: 200, hidden: true },
      },
    },
    cards: {
      rows: 10_000,
      columns: {
        card_id: { key: "shuffled", start: 100_000 },
        age: { distribution: "normal", mean: 44, sd: 16, min: 18, max: 95, decimals: 0 },
        segment: { categories: { standard: 0.72, gold: 0.22, platinum: 0.06 } },
        monthly_income: { distribution: "lognormal", median: 2_600, sigma: 0.45, min: 600, decimals: 0 },
        credit_limit: {
          formula:
            "round(monthly_income * if(segment == 'platinum', 4, if(segment == 'gold', 2.5, 1.5)), -2)",
          type: "number",
          decimals: 0,
        },
        // Purchases per month: people differ more than a Poisson distribution says.
        activity: { distribution: "gamma", shape: 2.2, scale: 6, hidden: true },
      },
      correlations: [
        {
          columns: ["age", "segment", "monthly_income"],
          matrix: [
            [1, 0.25, 0.35],
            [0.25, 1, 0.55],
            [0.35, 0.55, 1],
          ],
        },
      ],
    },
    transactions: {
      rows: 100_000,
      parent: { table: "cards", count: { distribution: "poisson", mean: "12 * activity" } },
      picks: { merchant: { table: "merchants", weight: "popularity" } },
      columns: {
        transaction_id: { key: "sequence" },
        card_id: { formula: "parent.card_id" },
        time: {
          time: {
            events: "poisson",
            start: "2025-01-01",
            end: "2026-01-01",
            profile: {
              hours: [1, 1, 1, 1, 1, 2, 5, 9, 12, 13, 14, 16, 18, 15, 13, 14, 16, 19, 20, 16, 11, 7, 4, 2],
              weekdays: [0.9, 0.9, 0.95, 1, 1.2, 1.35, 0.7],
              months: [0.9, 0.88, 0.97, 1, 1.02, 1, 1, 0.98, 0.98, 1.02, 1.1, 1.3],
            },
          },
        },
        merchant_id: { formula: "merchant.merchant_id" },
        category: { formula: "merchant.category", type: "text" },
        country: { formula: "merchant.country", type: "text" },
        online: {
          formula: "chance(if(category in ('electronics', 'clothing', 'entertainment'), 0.55, 0.12))",
          type: "boolean",
        },
        amount: {
          cases: [
            { when: "category == 'grocery'", distribution: "lognormal", median: 28, sigma: 0.75 },
            { when: "category == 'restaurant'", distribution: "lognormal", median: 24, sigma: 0.6 },
            { when: "category == 'fuel'", distribution: "normal", mean: 58, sd: 17, min: 5 },
            { when: "category == 'travel'", distribution: "lognormal", median: 210, sigma: 1 },
            { when: "category == 'electronics'", distribution: "lognormal", median: 120, sigma: 1.1 },
            { distribution: "lognormal", median: 45, sigma: 0.9 },
          ],
          decimals: 2,
        },
        seconds_since_last: {
          formula: "in_seconds(time - prev(time, missing))",
          type: "number",
          decimals: 0,
        },
        is_fraud: { event: "fraud" },
      },
      events: {
        // Two small trials, then what the card gives, mostly online and abroad.
        fraud: {
          share: 0.002,
          length: 4,
          within: "3h",
          set: {
            amount: "round(if(step < 2, uniform(0.5, 3), min(parent.credit_limit, 150 + 4 * amount)), 2)",
            online: "chance(0.85)",
            country: "if(chance(0.6), if(chance(0.5), 'US', 'CN'), country)",
          },
        },
      },
    },
  },
} as const;
