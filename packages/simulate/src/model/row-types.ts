// The type of a table's rows, by inference from a model written in TypeScript. A model that was read from a file has
// cells of any type.

import type { SimulationModel } from "./model.ts";

export type TableName<M extends SimulationModel> = Extract<keyof M["tables"], string>;

type LabelOf<W> = W extends readonly (infer L extends string)[] ? L : Extract<keyof W, string>;

type LabelCell<C, L> = C extends { readonly type: "number" }
  ? number
  : C extends { readonly type: "boolean" }
    ? boolean
    : L;

/** What a column's cells are, missing ones aside. */
type ValueOf<C> = C extends { readonly distribution: string } | { readonly quantiles: unknown }
  ? number
  : C extends { readonly categories: infer W }
    ? LabelCell<C, LabelOf<W>>
    : C extends { readonly given: unknown; readonly table: infer T }
      ? LabelCell<C, { [K in keyof T]: LabelOf<T[K]> }[keyof T]>
      : C extends { readonly chain: infer S }
        ? Extract<keyof S, string>
        : C extends { readonly machine: infer S }
          ? Extract<keyof S, string>
          : C extends { readonly series: unknown }
            ? number
            : C extends { readonly time: unknown }
              ? Date
              : C extends { readonly event: infer E }
                ? E extends readonly (infer N)[]
                  ? N | null
                  : boolean
                : C extends { readonly key: "uuid" } | { readonly key: string; readonly prefix: string }
                  ? string
                  : C extends { readonly key: string; readonly digits: number }
                    ? string
                    : C extends { readonly key: string }
                      ? number
                      : C extends { readonly faker: string } | { readonly pattern: string }
                        ? string
                        : C extends { readonly formula: string; readonly type: infer K }
                          ? K extends "number"
                            ? number
                            : K extends "boolean"
                              ? boolean
                              : K extends "datetime"
                                ? Date
                                : string
                          : C extends { readonly cases: readonly (infer P)[] }
                            ? CaseValue<P>
                            : number | string | boolean | Date;

/** One level of cases; deeper ones are of any type. */
type CaseValue<P> = P extends { readonly distribution: string }
  ? number
  : P extends { readonly categories: infer W }
    ? LabelCell<P, LabelOf<W>>
    : number | string | boolean | Date;

type CellOf<C> = C extends { readonly missing: unknown } ? ValueOf<C> | null : ValueOf<C>;

/** One row of a table: hidden columns are left out; formulas without a `type` may be missing and of any type. */
export type RowOf<M extends SimulationModel, T extends TableName<M>> = M["tables"][T] extends {
  readonly columns: infer C;
}
  ? {
      -readonly [K in keyof C as C[K] extends { readonly hidden: true } ? never : K]: C[K] extends {
        readonly formula: string;
      }
        ? C[K] extends { readonly type: string }
          ? CellOf<C[K]>
          : ValueOf<C[K]> | null
        : CellOf<C[K]>;
    }
  : never;

/** The model as it is, with its literal types kept for {@link RowOf}. */
export function defineSimulation<const M extends SimulationModel>(model: M): M {
  return model;
}
