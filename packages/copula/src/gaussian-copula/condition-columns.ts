// What conditions may be asked of a fitted copula: its modelled columns, their categories and their missing cells.

import { type ConditionColumn, type ConditionColumns, parseDatetime } from "@verisim/core";
import type { DerivedColumn } from "./derived-columns.ts";
import type { FittedCopula } from "./gaussian-copula.ts";
import type { LatentIndex } from "./value-ranges.ts";

export function conditionColumns(model: FittedCopula): { columns: ConditionColumns; index: LatentIndex } {
  const latentOf = new Map<number, number>();
  const missingOf = new Map<number, number>();
  model.latents.forEach((latent, place) => {
    if (latent.kind === "missing") for (const column of latent.columns) missingOf.set(column, place);
    else latentOf.set(latent.column, place);
  });
  const empty = new Set(model.empty);
  const derivedOf = new Map(model.derived.map((rule) => [rule.column, rule]));
  const columnOf = new Map(model.layout.map((column, place) => [column.name, place]));
  const columns = new Map<string, ConditionColumn>();
  model.layout.forEach(({ name, kind }, place) => {
    const metadata = model.metadata.columns[name];
    const latent = model.latents[latentOf.get(place) ?? -1];
    if (kind === "discrete") {
      const categories = categoriesOf(model, name);
      columns.set(name, {
        kind: "category",
        categories,
        mayBeMissing:
          empty.has(place) ||
          derivedMissing(derivedOf.get(place)) ||
          (latent?.kind === "category" && latent.labels.includes(-1)),
        ordered: metadata?.sdtype === "ordinal",
      });
      return;
    }
    const description: ConditionColumn = {
      kind: "number",
      mayBeMissing: empty.has(place) || derivedMissing(derivedOf.get(place)) || missingOf.has(place),
    };
    columns.set(
      name,
      metadata?.sdtype === "datetime"
        ? { ...description, parse: (text) => parseDatetime(text, metadata.datetimeFormat) }
        : description,
    );
  });
  return {
    columns,
    index: {
      latents: model.latents,
      latentOf,
      missingOf,
      empty,
      derivedOf,
      columnOf,
      dictionaryOf: (column) => categoriesOf(model, model.layout[column]!.name),
    },
  };
}

function derivedMissing(rule: DerivedColumn | undefined): boolean {
  return rule?.cells.some((cell) => Number.isNaN(cell) || cell === -1) ?? false;
}

/** The categories of a discrete column by code, as its transform keeps them. */
function categoriesOf(model: FittedCopula, name: string): readonly string[] {
  const categories = model.transformer.columns.find((column) => column.name === name)?.state["categories"];
  return Array.isArray(categories) ? (categories as readonly string[]) : [];
}
