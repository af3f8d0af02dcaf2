// Retail customers with baskets: customers by locale, orders with the seasons of the year, items of products by
// popularity, and returns. For recommenders, forecasts and databases under test.

export const retailBaskets = {
  name: "retail-baskets",
  description:
    "Customers, products, orders and their items over two years; a promotion week with an exact number of orders.",
  tables: {
    customers: {
      rows: 500,
      columns: {
        customer_id: { key: "sequence", start: 1_001 },
        first_name: { faker: "person.firstName", locale: ["de", "fr", "en_GB"] },
        last_name: { faker: "person.lastName", locale: ["de", "fr", "en_GB"] },
        email: { faker: "internet.exampleEmail", with: { firstName: "first_name", lastName: "last_name" } },
        joined: {
          formula: "start_of_day(date('2021-01-01') + days(1400 * uniform()))",
          type: "datetime",
          datetimeFormat: "%Y-%m-%d",
        },
        age: { distribution: "gamma", shape: 9, scale: 4.6, min: 16, max: 95, decimals: 0 },
        loyalty: { categories: { none: 55, silver: 30, gold: 15 } },
        basket_size: { distribution: "gamma", shape: 3, scale: 1, hidden: true },
        rate: { distribution: "lognormal", median: 4, sigma: 0.7, hidden: true },
      },
      correlations: [
        {
          columns: ["loyalty", "rate", "basket_size"],
          matrix: [
            [1, 0.5, 0.3],
            [0.5, 1, 0.1],
            [0.3, 0.1, 1],
          ],
        },
      ],
    },
    products: {
      rows: 300,
      columns: {
        product_id: { key: "sequence" },
        name: { formula: "adjective + ' ' + article", type: "text" },
        department: {
          categories: { food: 40, household: 20, clothing: 15, electronics: 10, toys: 8, garden: 7 },
        },
        adjective: {
          categories: ["Classic", "Fresh", "Green", "Large", "New", "Original", "Small", "Special"],
          hidden: true,
        },
        article: {
          given: "department",
          table: {
            food: [
              "bread",
              "butter",
              "coffee",
              "pasta",
              "apples",
              "cheese",
              "yoghurt",
              "rice",
              "tomatoes",
              "juice",
            ],
            household: ["soap", "towels", "detergent", "candles", "sponges", "bowls", "mugs", "light bulbs"],
            clothing: ["shirt", "socks", "jacket", "scarf", "trousers", "gloves", "hat", "pullover"],
            electronics: ["headphones", "keyboard", "charger", "speaker", "monitor", "camera"],
            toys: ["blocks", "puzzle", "doll", "train", "board game", "ball"],
            garden: ["seeds", "hose", "spade", "pots", "fertiliser", "lantern"],
          },
          hidden: true,
        },
        price: {
          cases: [
            { when: "department == 'food'", distribution: "lognormal", median: 3.2, sigma: 0.6 },
            { when: "department == 'electronics'", distribution: "lognormal", median: 90, sigma: 0.9 },
            { distribution: "lognormal", median: 18, sigma: 0.7 },
          ],
          decimals: 2,
        },
        popularity: { distribution: "pareto", alpha: 0.9, max: 500, hidden: true },
      },
      constraints: ["price >= 0.2 and price <= 2500"],
    },
    orders: {
      parent: { table: "customers", count: { distribution: "poisson", mean: "rate" } },
      columns: {
        order_id: { key: "sequence", start: 500_001 },
        customer_id: { formula: "parent.customer_id" },
        ordered: {
          time: {
            events: "poisson",
            start: "max(parent.joined, date('2023-01-01'))",
            end: "2025-01-01",
            profile: {
              hours: [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 11, 10, 9, 9, 10, 12, 14, 16, 17, 14, 9, 4],
              weekdays: [1, 0.95, 0.95, 1, 1.05, 1.2, 1.25],
              months: [0.85, 0.85, 0.95, 1, 1, 0.95, 0.9, 0.9, 1, 1.05, 1.35, 1.6],
              growth: 0.2,
            },
          },
        },
        channel: {
          given: "parent.loyalty",
          table: { gold: { app: 60, web: 30, shop: 10 }, "*": { web: 50, shop: 30, app: 20 } },
        },
        promotion: { event: "promotion" },
        discount: { categories: { 0: 85, 5: 10, 10: 5 }, type: "number" },
        basket: { formula: "parent.basket_size", type: "number", hidden: true },
      },
      events: { promotion: { share: 0.05, set: { discount: "20" } } },
    },
    items: {
      parent: {
        table: "orders",
        count: { distribution: "poisson", mean: "0.2 + basket + if(promotion, 1.5, 0)" },
      },
      picks: { product: { table: "products", weight: "popularity" } },
      columns: {
        item_id: { key: "sequence" },
        order_id: { formula: "parent.order_id" },
        line: { formula: "index + 1", type: "number", decimals: 0 },
        product_id: { formula: "product.product_id" },
        quantity: { distribution: "geometric", probability: 0.65, hidden: true },
        units: { formula: "1 + quantity", type: "number", decimals: 0 },
        amount: {
          formula: "units * product.price * (1 - parent.discount / 100)",
          type: "number",
          decimals: 2,
        },
        returned: { formula: "chance(if(product.department == 'clothing', 0.22, 0.03))", type: "boolean" },
      },
    },
  },
} as const;
