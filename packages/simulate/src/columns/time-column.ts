// Datetimes that ascend within a sequence: at equal distances, by a Poisson process that follows the calendar, by a
// Hawkes process whose events cause others, or by drawn gaps.

import { DatePattern, parseDatetime, VerisimError } from "@verisim/core";
import { makeVector } from "../engine/batch.ts";
import { compileFormula } from "../formula/compile.ts";
import type { NumericNode } from "../formula/nodes.ts";
import { type Formula, parseFormula } from "../formula/parser.ts";
import type { CalendarProfile } from "../model/model.ts";
import type { Fields, Problems } from "../model/problems.ts";
import { CalendarClock } from "../time/calendar-clock.ts";
import { parseDuration } from "../time/durations.ts";
import { OrderedUniforms } from "../time/ordered-uniforms.ts";
import type { ColumnKind, ColumnPlan, ColumnReading, PlanContext } from "./column-kind.ts";

/** A datetime as text or a formula that gives one. */
type Moment = { readonly constant: number } | { readonly formula: Formula };

function readMoment(fields: Fields, name: string, problems: Problems): Moment | undefined {
  const text = fields.text(name, true);
  if (text === undefined) return undefined;
  const constant = parseDatetime(text);
  if (constant !== undefined) return { constant };
  const formula = problems.attempt(fields.at(name), () => parseFormula(text));
  return formula && { formula };
}

const momentFormulas = (...moments: readonly (Moment | undefined)[]): Formula[] =>
  moments.flatMap((moment) => (moment && "formula" in moment ? [moment.formula] : []));

function planMoment(moment: Moment, context: PlanContext, path: string): NumericNode | undefined {
  if ("constant" in moment) {
    const { constant } = moment;
    let filled = new Float64Array(0);
    return {
      type: "datetime",
      constant,
      evaluate: (batch) => {
        if (filled.length < batch.rowCount) filled = new Float64Array(batch.rowCount).fill(constant);
        return filled;
      },
    };
  }
  const node = context.problems.attempt(path, () => compileFormula(moment.formula, context));
  if (node && node.type !== "datetime") {
    context.problems.add(
      "VERISIM_SIMULATION_FORMULA",
      path,
      `Expected a datetime but received a ${node.type}.`,
    );
    return undefined;
  }
  return node as NumericNode | undefined;
}

function readDuration(fields: Fields, name: string, required: boolean): number | undefined {
  const text = fields.text(name, required);
  if (text === undefined) return undefined;
  return (
    parseDuration(text) ?? fields.fault(name, "a length of time", "Write it as 500ms, 90s, 10m, 1h30m or 2d.")
  );
}

function readProfile(fields: Fields, problems: Problems): CalendarProfile | undefined {
  const profile = fields.object("profile");
  if (!profile) return undefined;
  const weights = (name: string, length: number): readonly number[] | undefined => {
    const list = profile.list(name);
    if (list === undefined) return undefined;
    const fits =
      list.length === length && list.every((x) => typeof x === "number" && x >= 0 && Number.isFinite(x));
    if (fits && (list as number[]).some((x) => x > 0)) return list as number[];
    return profile.fault(name, `${length} weights from 0 on, one of them above 0`);
  };
  const before = problems.count;
  const read = {
    hours: weights("hours", 24),
    weekdays: weights("weekdays", 7),
    months: weights("months", 12),
    growth: profile.number("growth", { min: -0.9, max: 9 }),
  };
  profile.refuseOthers();
  if (problems.count > before) return undefined;
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

export const timeKind: ColumnKind = {
  field: "time",
  read(fields, problems, readColumn) {
    const time = fields.object("time");
    if (!time) {
      fields.fault("time", "an object with start and every, events or gap");
      return undefined;
    }
    const format = fields.text("datetimeFormat") ?? "%Y-%m-%d %H:%M:%S";
    problems.attempt(fields.at("datetimeFormat"), () => new DatePattern(format));
    const fraction = fields.number("fraction", { min: 0, max: 6, whole: true }) ?? 0;
    const before = problems.count;
    const events = time.choice("events", ["poisson", "hawkes"]);
    const reading =
      events === "poisson"
        ? readPoisson(time, problems)
        : events === "hawkes"
          ? readHawkes(time, problems)
          : time.has("gap")
            ? readGap(time, problems, readColumn)
            : readRegular(time, problems);
    time.refuseOthers();
    if (problems.count > before || !reading) return undefined;
    const unit = 10 ** (6 - fraction);
    return {
      type: "datetime",
      formulas: reading.formulas,
      reads: reading.reads ?? [],
      redraws: false,
      plan: (context) => {
        const exact = context.hiddenSlot();
        const made = reading.plan(context, exact);
        return {
          type: "datetime",
          ordered: true,
          metadata: { sdtype: "datetime", datetimeFormat: format },
          fill: (batch, from, to) => {
            made?.(batch, from, to);
            const times = batch.numbers(exact);
            const out = batch.numbers(context.slot);
            for (let i = from; i < to; i++) out[i] = Math.floor(times[i]! / unit) * unit;
          },
        };
      },
    };
  },
};

interface TimeReading {
  readonly formulas: readonly Formula[];
  readonly reads?: readonly string[];
  /** Fills the slot with times that are not yet rounded. */
  plan(context: PlanContext, slot: number): ColumnPlan["fill"] | undefined;
}

function readRegular(time: Fields, problems: Problems): TimeReading | undefined {
  const start = readMoment(time, "start", problems);
  const every = readDuration(time, "every", true);
  const jitter = readDuration(time, "jitter", false);
  if (!start || every === undefined) return undefined;
  return {
    formulas: momentFormulas(start),
    plan: (context, slot) => {
      const node = planMoment(start, context, time.at("start"));
      const stream = jitter === undefined ? undefined : context.stream("normal");
      // Half the distance at most, so that rows stay in order.
      const most = every * 0.499;
      return (batch, from, to) => {
        const starts = node!.evaluate(batch, from, to);
        const z = stream === undefined ? undefined : batch.draws[stream]!;
        const out = batch.numbers(slot);
        for (let i = from; i < to; i++) {
          const shift = z ? Math.min(most, Math.max(-most, jitter! * z[i]!)) : 0;
          out[i] = starts[i]! + batch.index[i]! * every + shift;
        }
      };
    },
  };
}

function readPoisson(time: Fields, problems: Problems): TimeReading | undefined {
  const start = readMoment(time, "start", problems);
  const end = readMoment(time, "end", problems);
  const profile = readProfile(time, problems);
  if (!start || !end) return undefined;
  if ("constant" in start && "constant" in end && !(start.constant < end.constant))
    return time.fault("end", "a datetime after the start");
  return {
    formulas: momentFormulas(start, end),
    plan: (context, slot) => {
      const from_ = planMoment(start, context, time.at("start"));
      const until = planMoment(end, context, time.at("end"));
      const stream = context.stream("uniform", "times");
      const ordered = new OrderedUniforms(stream, context.key("times"), context.key("splits"));
      const clock = profile && new CalendarClock(profile);
      return (batch, from, to) => {
        const starts = from_!.evaluate(batch, from, to);
        const ends = until!.evaluate(batch, from, to);
        const out = batch.numbers(slot);
        ordered.fill(batch, out, from, to);
        // Rows of one parent mostly have the same ends: they are worked on together.
        for (let first = from; first < to; ) {
          const a = starts[first]!;
          const b = ends[first]!;
          if (!(a <= b))
            throw momentFault(context, batch.rows[first]!, "the start is missing or after the end");
          const low = clock ? clock.integral(a) : a;
          const width = (clock ? clock.integral(b) : b) - low;
          if (!(width >= 0))
            throw momentFault(context, batch.rows[first]!, "it lies outside of 1900 to 2200");
          let last = first;
          for (; last < to && starts[last] === a && ends[last] === b; last++)
            out[last] = low + width * out[last]!;
          if (clock) {
            clock.inverseInto(out, first, last);
            for (let i = first; i < last; i++) out[i] = Math.min(b, Math.max(a, out[i]!));
          }
          first = last;
        }
      };
    },
  };
}

/**
 * Exact simulation of a Hawkes process with exponential decay, two uniforms an event and none thrown away (Dassios and
 * Zhao, "Exact simulation of Hawkes process with exponentially decaying intensity", Electron. Commun. Probab. 18, 2013,
 * algorithm 3.1). The state between events is how far the rate lies above its floor.
 */
function readHawkes(time: Fields, problems: Problems): TimeReading | undefined {
  const start = readMoment(time, "start", problems);
  const every = readDuration(time, "every", true);
  const decay = readDuration(time, "decay", true);
  const excitation = time.number("excitation", { min: 0, max: 0.999, required: true });
  if (!start || !every || !decay || excitation === undefined) return undefined;
  return {
    formulas: momentFormulas(start),
    plan: (context, slot) => {
      const node = planMoment(start, context, time.at("start"));
      const own = context.stream("uniform", "own");
      const caused = context.stream("uniform", "caused");
      const excessSlot = context.hiddenSlot();
      return (batch, from, to) => {
        const starts = node!.evaluate(batch, from, to);
        const [u, v] = [batch.draws[own]!, batch.draws[caused]!];
        const out = batch.numbers(slot);
        const excess = batch.numbers(excessSlot);
        for (let i = from; i < to; i++) {
          const before = batch.numberBefore(excessSlot, i) ?? 0;
          const at = batch.numberBefore(slot, i) ?? starts[i]!;
          const spontaneous = -Math.log(u[i]!) * every;
          const d = before > 0 ? 1 + Math.log(v[i]!) / (decay * before) : -1;
          const gap = d > 0 ? Math.min(spontaneous, -Math.log(d) * decay) : spontaneous;
          out[i] = at + gap;
          excess[i] = before * Math.exp(-gap / decay) + excitation / decay;
        }
      };
    },
  };
}

function readGap(
  time: Fields,
  problems: Problems,
  readColumn: (value: unknown, path: string, problems: Problems) => ColumnReading | undefined,
): TimeReading | undefined {
  const start = readMoment(time, "start", problems);
  const gap = readColumn(time.raw("gap"), time.at("gap"), problems);
  if (!start || !gap) return undefined;
  return {
    formulas: [...momentFormulas(start), ...gap.formulas],
    reads: gap.reads ?? [],
    plan: (context, slot) => {
      const node = planMoment(start, context, time.at("start"));
      const gapSlot = context.ownSlot();
      const made = gap.plan({ ...context.part("gap"), slot: gapSlot, path: time.at("gap") });
      if (made.type !== "number") {
        context.problems.add(
          "VERISIM_SIMULATION_FIELD",
          time.at("gap"),
          `Expected seconds but received a ${made.type}.`,
        );
        return undefined;
      }
      return (batch, from, to) => {
        batch.vectors[gapSlot] ??= makeVector("number", batch.rowCount, undefined);
        made.fill(batch, from, to);
        const starts = node!.evaluate(batch, from, to);
        const gaps = batch.numbers(gapSlot);
        const out = batch.numbers(slot);
        for (let i = from; i < to; i++) {
          const before = batch.numberBefore(slot, i);
          if (before !== undefined && !(gaps[i]! >= 0))
            throw momentFault(context, batch.rows[i]!, "a gap is missing or below 0");
          out[i] = before === undefined ? starts[i]! : before + gaps[i]! * 1e6;
        }
      };
    },
  };
}

function momentFault({ table, column }: PlanContext, row: number, reason: string): VerisimError {
  return new VerisimError("VERISIM_SIMULATION_VALUE", `The time of a row cannot be drawn: ${reason}.`, {
    where: { table, column, row: row + 1 },
  });
}
