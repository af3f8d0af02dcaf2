// Copies planted in tables of numbers; those of other tables are in a file of their own, which another worker takes.

import { describePlantedLeaks } from "../../fixtures/planted-leaks.ts";

describePlantedLeaks([
  ["numbers", 10, 1000, 1000],
  ["numbers", 6, 2000, 1000],
]);
