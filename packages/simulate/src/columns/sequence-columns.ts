// Columns that depend on the row before in the same sequence: Markov chains, finite-state machines, series with
// autoregressive noise.

import { knownTextsHint } from "@verisim/core";
import { WeightedPick } from "../distributions/weighted-pick.ts";
import type { NumericNode } from "../formula/nodes.ts";
import type { Formula } from "../formula/parser.ts";
import { describeValue, Fields } from "../model/problems.ts";
import {
  type ColumnKind,
  type ColumnPlan,
  compileAs,
  compileNumber,
  numberMetadata,
  readFormula,
  rounder,
} from "./column-kind.ts";
import { readWeights } from "./value-columns.ts";

export const chainKind: ColumnKind = {
  field: "chain",
  read(fields, problems) {
    const chain = fields.object("chain");
    if (!chain) {
      fields.fault("chain", "states, each with the weights of the states that follow");
      return undefined;
    }
    const states = chain.names;
    const rows = states.map((state) => readWeights(chain.raw(state), chain.at(state), problems));
    const initial = fields.has("initial")
      ? readWeights(fields.raw("initial"), fields.at("initial"), problems)
      : { labels: states, weights: states.map(() => 1) };
    if (states.length === 0) fields.fault("chain", "one state or more");
    const known = new Set(states);
    [
      ...rows.map((row, i) => [row, chain.at(states[i]!)] as const),
      [initial, fields.at("initial")] as const,
    ].forEach(([row, path]) => {
      for (const label of row?.labels ?? []) {
        if (!known.has(label))
          problems.add(
            "VERISIM_SIMULATION_FIELD",
            path,
            `Expected a state of the chain but received ${describeValue(label)}.`,
            knownTextsHint("states", label, states),
          );
      }
    });
    if (states.length === 0 || rows.includes(undefined) || !initial) return undefined;
    const dense = ({
      labels,
      weights,
    }: {
      labels: readonly string[];
      weights: readonly number[];
    }): WeightedPick | null => {
      const all = states.map((state) => weights[labels.indexOf(state)] ?? 0);
      return all.some((weight) => weight > 0) ? new WeightedPick(all) : null;
    };
    const first = dense(initial);
    const next = rows.map((row) => dense(row!));
    if (!first || next.includes(null)) return undefined;
    return {
      type: "text",
      formulas: [],
      redraws: false,
      plan: (context) => {
        const stream = context.stream("uniform");
        return {
          type: "text",
          dictionary: states,
          metadata: { sdtype: "categorical" },
          ordered: true,
          stream,
          fill: (batch, from, to) => {
            const u = batch.draws[stream]!;
            const { codes } = batch.texts(context.slot);
            for (let i = from; i < to; i++) {
              let before = -1;
              if (batch.index[i]! > 0)
                before = i > 0 ? codes[i - 1]! : states.indexOf(String(batch.carry.get(context.slot)));
              codes[i] = (before < 0 ? first : next[before]!).at(u[i]!);
            }
          },
        };
      },
    };
  },
};

interface TransitionReading {
  readonly to: number;
  readonly when: Formula | undefined;
  readonly chance: Formula | undefined;
  readonly path: string;
}

export const machineKind: ColumnKind = {
  field: "machine",
  read(fields, problems) {
    const machine = fields.object("machine");
    if (!machine || machine.names.length === 0) {
      fields.fault("machine", "states, each with a list of transitions");
      return undefined;
    }
    const states = machine.names;
    const initial = fields.choice("initial", states) ?? states[0]!;
    const before = problems.count;
    const transitions = states.map((state) =>
      (machine.list(state, true) ?? []).map((value, i): TransitionReading => {
        const path = `${machine.at(state)}.${i}`;
        const one = new Fields(value, path, problems);
        const to = one.choice("to", states, true);
        const when = one.text("when");
        const chance = one.numberOrFormula("chance");
        one.refuseOthers();
        return {
          to: states.indexOf(to ?? ""),
          when: readFormula(when, `${path}.when`, problems),
          chance: readFormula(chance, `${path}.chance`, problems),
          path,
        };
      }),
    );
    if (problems.count > before) return undefined;
    return {
      type: "text",
      formulas: transitions
        .flat()
        .flatMap(({ when, chance }) => [...(when ? [when] : []), ...(chance ? [chance] : [])]),
      redraws: false,
      plan: (context) => {
        const stream = context.stream("uniform");
        const compiled = transitions.map((list) =>
          list.map(({ to, when, chance, path }) => ({
            to,
            when: when && (compileAs(when, ["boolean"], context, `${path}.when`) as NumericNode | undefined),
            chance: chance && compileNumber(chance, context, `${path}.chance`),
          })),
        );
        const start = states.indexOf(initial);
        return {
          type: "text",
          dictionary: states,
          metadata: { sdtype: "categorical" },
          ordered: true,
          fill: (batch, from, to) => {
            const u = batch.draws[stream]!;
            const { codes } = batch.texts(context.slot);
            for (let i = from; i < to; i++) {
              if (batch.index[i] === 0) {
                codes[i] = start;
                continue;
              }
              const state = i > 0 ? codes[i - 1]! : states.indexOf(String(batch.carry.get(context.slot)));
              let next = state;
              // One uniform decides: what is left of it after a transition that was not taken is as good as a new one.
              let left = u[i]!;
              for (const transition of compiled[state] ?? []) {
                if (transition.when && transition.when.evaluate(batch, i, i + 1)[i] !== 1) continue;
                const chance = transition.chance ? transition.chance.evaluate(batch, i, i + 1)[i]! : 1;
                if (left < chance) {
                  next = transition.to;
                  break;
                }
                if (chance > 0) left = (left - chance) / (1 - chance);
              }
              codes[i] = next;
            }
          },
        };
      },
    };
  },
};

const microsPerDay = 86_400e6;

export const seriesKind: ColumnKind = {
  field: "series",
  read(fields, problems) {
    const series = fields.object("series");
    const decimals = fields.number("decimals", { min: 0, max: 15, whole: true });
    if (!series) {
      fields.fault("series", "an object with level, trend, seasons or noise");
      return undefined;
    }
    const before = problems.count;
    const level = readFormula(series.numberOrFormula("level") ?? 0, series.at("level"), problems);
    const trend = readFormula(series.numberOrFormula("trend") ?? 0, series.at("trend"), problems);
    const seasons = (series.list("seasons") ?? []).map((value, i) => {
      const one = new Fields(value, `${series.at("seasons")}.${i}`, problems);
      const period = one.number("period", { min: Number.MIN_VALUE, required: true });
      const amplitude = one.number("amplitude", { required: true });
      const phase = one.number("phase") ?? 0;
      one.refuseOthers();
      return { period: period ?? 1, amplitude: amplitude ?? 0, phase };
    });
    const noise = series.object("noise");
    const sd = noise && readFormula(noise.numberOrFormula("sd", true), noise.at("sd"), problems);
    const ar = noise?.number("ar", { min: -1, max: 1 }) ?? 0;
    noise?.refuseOthers();
    const time = series.text("time");
    const timeFormula = time === undefined ? undefined : readFormula(time, series.at("time"), problems);
    series.refuseOthers();
    if (problems.count > before) return undefined;
    return {
      type: "number",
      formulas: [level!, trend!, ...(sd ? [sd] : []), ...(timeFormula ? [timeFormula] : [])],
      redraws: false,
      plan: (context): ColumnPlan => {
        const nodes = {
          level: compileNumber(level!, context, series.at("level")),
          trend: compileNumber(trend!, context, series.at("trend")),
          sd: sd && compileNumber(sd, context, `${series.path}.noise.sd`),
          time:
            timeFormula &&
            (compileAs(timeFormula, ["datetime"], context, series.at("time")) as NumericNode | undefined),
        };
        const stream = context.stream("normal");
        const noiseSlot = sd ? context.hiddenSlot() : undefined;
        const startSlot = timeFormula ? context.hiddenSlot() : undefined;
        const round = rounder(decimals);
        // The noise is stationary from the first row on, with the given standard deviation.
        const fresh = Math.sqrt(Math.max(0, 1 - ar * ar));
        return {
          type: "number",
          metadata: numberMetadata(decimals),
          ordered: true,
          fill: (batch, from, to) => {
            const out = batch.numbers(context.slot);
            const z = batch.draws[stream]!;
            const levels = nodes.level!.evaluate(batch, from, to);
            const trends = nodes.trend!.evaluate(batch, from, to);
            const deviations = nodes.sd?.evaluate(batch, from, to);
            const times = nodes.time?.evaluate(batch, from, to);
            const noises = noiseSlot === undefined ? undefined : batch.numbers(noiseSlot);
            const starts = startSlot === undefined ? undefined : batch.numbers(startSlot);
            for (let i = from; i < to; i++) {
              let at = batch.index[i]!;
              if (times && starts) {
                starts[i] = batch.numberBefore(startSlot!, i) ?? times[i]!;
                at = (times[i]! - starts[i]!) / microsPerDay;
              }
              let value = levels[i]! + trends[i]! * at;
              const day = times ? times[i]! / microsPerDay : at;
              for (const { period, amplitude, phase } of seasons)
                value += amplitude * Math.cos(2 * Math.PI * (day / period - phase));
              if (noises) {
                const old = batch.numberBefore(noiseSlot!, i);
                noises[i] = old === undefined ? z[i]! : ar * old + fresh * z[i]!;
                value += noises[i]! * deviations![i]!;
              }
              out[i] = round ? round(value) : value;
            }
          },
        };
      },
    };
  },
};
