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
              const out = batch.numbers(slot);
              out.fill(0, from, to);
              for (const i of batch.eventPlaces(slots[0]!, from, to)) out[i] = 1;
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
              for (const i of batch.eventPlaces(one!, from, to)) codes[i] = code;
            });
          },
        };
      },
    };
  },
};
