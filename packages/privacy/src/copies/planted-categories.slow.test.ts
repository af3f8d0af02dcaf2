// Copies planted in tables with categories.

import { describePlantedLeaks } from "../../fixtures/planted-leaks.ts";

describePlantedLeaks([
  ["mixed", 8, 1000, 1000],
  ["mixed", 10, 1500, 1500],
  ["categories", 12, 1000, 1000],
]);
