// Patients of a clinic: people with correlated measures, visits in order with a course of the disease, laboratory
// values that follow from it, and gaps as real records have them. For triage models and for software under test.

export const clinicPatients = {
  name: "clinic-patients",
  description:
    "Patients, their visits over three years, and laboratory values; diabetes and its course decide.",
  tables: {
    patients: {
      rows: 1_000,
      columns: {
        patient_id: { key: "shuffled", prefix: "P-", digits: 7 },
        sex: { categories: { female: 0.52, male: 0.48 } },
        first_name: { faker: "person.firstName", with: { sex: "sex" } },
        last_name: { faker: "person.lastName" },
        birth_date: {
          formula: "start_of_day(date('2025-01-01') - days(365.25 * age_years + 182 * uniform()))",
          type: "datetime",
          datetimeFormat: "%Y-%m-%d",
        },
        age_years: { distribution: "normal", mean: 54, sd: 19, min: 18, max: 98, decimals: 0 },
        height_cm: {
          cases: [
            { when: "sex == 'male'", distribution: "normal", mean: 178, sd: 7.2, min: 145, max: 210 },
            { distribution: "normal", mean: 165, sd: 6.6, min: 138, max: 198 },
          ],
          decimals: 0,
        },
        bmi: { distribution: "lognormal", median: 26.4, sigma: 0.18, min: 15, max: 60, decimals: 1 },
        systolic: { distribution: "normal", mean: 129, sd: 17, min: 80, max: 230, decimals: 0 },
        smoker: {
          formula: "chance(if(age_years < 30, 0.28, if(age_years < 65, 0.23, 0.11)))",
          type: "boolean",
        },
        diabetes: {
          formula: "chance(logistic(-5.4 + 0.045 * age_years + 0.11 * (bmi - 26) + 0.01 * (systolic - 130)))",
          type: "boolean",
        },
        insurance: {
          given: "diabetes",
          table: { true: { public: 92, private: 8 }, false: { public: 86, private: 14 } },
        },
      },
      correlations: [
        {
          columns: ["age_years", "bmi", "systolic"],
          matrix: [
            [1, 0.2, 0.5],
            [0.2, 1, 0.35],
            [0.5, 0.35, 1],
          ],
        },
      ],
      constraints: ["systolic > 90 or age_years < 80"],
    },
    visits: {
      parent: {
        table: "patients",
        count: {
          distribution: "negative-binomial",
          mean: "1.5 + 0.03 * age_years + if(diabetes, 4, 0)",
          size: 1.8,
        },
      },
      columns: {
        visit_id: { key: "uuid" },
        patient_id: { formula: "parent.patient_id" },
        date: {
          time: {
            events: "poisson",
            start: "2022-01-01",
            end: "2025-01-01",
            profile: {
              hours: [0, 0, 0, 0, 0, 0, 0, 2, 8, 10, 10, 8, 2, 4, 8, 8, 6, 2, 0, 0, 0, 0, 0, 0],
              weekdays: [1.2, 1.1, 0.8, 1.1, 0.8, 0, 0],
              months: [1.2, 1.2, 1.1, 1, 0.9, 0.9, 0.8, 0.8, 0.9, 1, 1.1, 1.1],
            },
          },
          datetimeFormat: "%Y-%m-%d %H:%M",
        },
        condition: {
          machine: {
            stable: [{ to: "worse", chance: "if(parent.diabetes, 0.18, 0.07)" }, { to: "stable" }],
            worse: [
              { to: "hospital", chance: "if(parent.age_years > 70, 0.25, 0.12)" },
              { to: "stable", chance: 0.55 },
            ],
            hospital: [
              { to: "stable", chance: 0.55 },
              { to: "worse", chance: 0.5 },
            ],
          },
          initial: "stable",
        },
        reason: {
          given: "condition",
          table: {
            stable: { "check-up": 60, prescription: 30, complaint: 10 },
            worse: { complaint: 65, "check-up": 25, emergency: 10 },
            hospital: { emergency: 80, "check-up": 20 },
          },
        },
        hba1c: {
          distribution: "normal",
          mean: "if(parent.diabetes, 7.3, 5.4) + if(condition == 'stable', 0, 0.9)",
          sd: "if(parent.diabetes, 0.9, 0.3)",
          min: 4,
          max: 15,
          decimals: 1,
          missing: "if(parent.diabetes, 0.1, 0.6)",
        },
        crp: {
          distribution: "lognormal",
          median: "if(condition == 'hospital', 60, if(condition == 'worse', 12, 2))",
          sigma: 0.8,
          decimals: 1,
          missing: 0.3,
        },
        readmitted: {
          formula: "condition == 'hospital' and prev(condition, 'stable') == 'hospital'",
          type: "boolean",
        },
      },
    },
  },
} as const;
