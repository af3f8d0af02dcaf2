// The scenarios by name: worked models to use as they are, and to start from.

import type { SimulationModel } from "../model/model.ts";
import { cardTransactions } from "./card-transactions.ts";
import { clinicPatients } from "./clinic-patients.ts";
import { drivingSensors } from "./driving-sensors.ts";
import { networkLogs } from "./network-logs.ts";
import { retailBaskets } from "./retail-baskets.ts";

export interface Scenario {
  readonly name: string;
  readonly model: SimulationModel;
}

export const scenarios: readonly Scenario[] = [
  cardTransactions,
  clinicPatients,
  drivingSensors,
  networkLogs,
  retailBaskets,
].map((model) => ({ name: model.name, model }));

export const scenarioNames: readonly string[] = scenarios.map(({ name }) => name);

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}
