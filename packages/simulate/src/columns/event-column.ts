// Which rare event a row belongs to, as a column: true or false for one event, the name for several.

import { booleanMetadata, type ColumnKind, type ColumnPlan } from "./column-kind.ts";

export const eventKind: ColumnKind = {
  field: "event",
  read(fields) {
    const events = fields.texts("event");
    if (!events) {
      fields.fault("event", "the name of an event, or a list of them");
      return undefined;
    }
    const asText = Array.isArray(fields.raw("event"));
    return {
      type: asText ? "text" : "boolean",
      formulas: [],
      redraws: false,
      plan: (context): ColumnPlan => {
        const slots = events.map((name) =>
          context.problems.attempt(fields.at("event"), () => context.resolve(name, "event").slot),
        );
        const { slot } = context;
        if (!asText)
          return {
            type: "boolean",
            metadata: booleanMetadata,
            fill: (batch, from, to) => {
              const steps = batch.numbers(slots[0]!);
              const out = batch.numbers(slot);
              for (let i = from; i < to; i++) out[i] = Number.isNaN(steps[i]) ? 0 : 1;
            },
          };
        return {
          type: "text",
          dictionary: events,
          metadata: { sdtype: "categorical" },
          fill: (batch, from, to) => {
            const { codes } = batch.texts(slot);
            codes.fill(-1, from, to);
            slots.forEach((one, code) => {
              const steps = batch.numbers(one!);
              for (let i = from; i < to; i++) if (!Number.isNaN(steps[i])) codes[i] = code;
            });
          },
        };
      },
    };
  },
};
