export {
  checkSimulation,
  type SimulatedStretch,
  Simulation,
  type SimulationOptions,
} from "./engine/simulation.ts";
export { functionNames } from "./formula/compile.ts";
export type * from "./model/model.ts";
export { modelText } from "./model/model-text.ts";
export { SimulationModelError } from "./model/problems.ts";
export { parseModelText } from "./model/read-model.ts";
export { defineSimulation, type RowOf, type TableName } from "./model/row-types.ts";
export { cardTransactions } from "./scenarios/card-transactions.ts";
export { clinicPatients } from "./scenarios/clinic-patients.ts";
export { drivingSensors } from "./scenarios/driving-sensors.ts";
export { networkLogs } from "./scenarios/network-logs.ts";
export { retailBaskets } from "./scenarios/retail-baskets.ts";
export { findScenario, type Scenario, scenarioNames, scenarios } from "./scenarios/scenarios.ts";
export { modelFromDrizzle } from "./start/from-drizzle.ts";
export { modelFromJsonSchema, modelFromZod } from "./start/from-json-schema.ts";
export { modelFromPrisma } from "./start/from-prisma.ts";
export { modelFromTable, type TableModelOptions } from "./start/from-table.ts";
export type { SchemaStartOptions } from "./start/schema-model.ts";
