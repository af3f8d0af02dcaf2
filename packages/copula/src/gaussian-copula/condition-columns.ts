// What conditions may be asked of a fitted copula: its modelled columns, their categories and their missing cells.

import type { ConditionColumn, ConditionColumns } from "@verisim/core";
import { categoryCondition, type DerivedColumn, lateColumns, numberCondition } from "@verisim/transforms";
import type { FittedCopula } from "./gaussian-copula.ts";
import type { Latent } from "./latents.ts";
import type { LatentIndex } from "./value-ranges.ts";

export function conditionColumns(model: FittedCopula): { columns: ConditionColumns; index: LatentIndex } {
  const latentOf = new Map<number, number>();
  const categoriesOf = new Map<number, number[]>();
  const missingOf = new Map<number, number>();
  model.latents.forEach((latent, place) => {
    if (latent.kind === "missing") for (const column of latent.columns) missingOf.set(column, place);
    else if (latent.kind === "number") latentOf.set(latent.column, place);
    else categoriesOf.set(latent.column, [...(categoriesOf.get(latent.column) ?? []), place]);
  });
  const empty = new Set(model.empty);
  const derivedOf = new Map(model.derived.map((rule) => [rule.column, rule]));
  const columnOf = new Map(model.layout.map((column, place) => [column.name, place]));
  const columns = new Map<string, ConditionColumn>();
  const { computed } = lateColumns(model.transformer, model.metadata);
  model.layout.forEach(({ name, kind }, place) => {
    if (computed.has(name)) return;
    const metadata = model.metadata.columns[name];
    const isSometimesMissing = empty.has(place) || derivedMissing(derivedOf.get(place));
    const description =
      kind === "discrete"
        ? categoryCondition(
            metadata,
            dictionaryOf(model, name),
            isSometimesMissing ||
              (categoriesOf.get(place) ?? []).some((latent) => hasMissingCode(model.latents[latent]!)),
          )
        : numberCondition(metadata, isSometimesMissing || missingOf.has(place));
    columns.set(name, description);
  });
  return {
    columns,
    index: {
      latents: model.latents,
      latentOf,
      categoriesOf,
      missingOf,
      empty,
      derivedOf,
      columnOf,
      dictionaryOf: (column) => dictionaryOf(model, model.layout[column]!.name),
    },
  };
}

function hasMissingCode(latent: Latent): boolean {
  if (latent.kind === "category") return latent.labels.includes(-1);
  return latent.kind === "split" && latent.single.includes(-1);
}

function derivedMissing(rule: DerivedColumn | undefined): boolean {
  return rule?.cells.some((cell) => Number.isNaN(cell) || cell === -1) ?? false;
}

/** The categories of a discrete column by code, as its transform keeps them. */
function dictionaryOf(model: FittedCopula, name: string): readonly string[] {
  const categories = model.transformer.columns.find((column) => column.name === name)?.state["categories"];
  return Array.isArray(categories) ? (categories as readonly string[]) : [];
}
