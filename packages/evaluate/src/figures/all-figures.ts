// The table of all figures.

import type { FigureTable } from "./figure.ts";
import { partFigures } from "./part-figures.ts";
import { privacyFigures } from "./privacy-figures.ts";
import { qualityFigures } from "./quality-figures.ts";

/** All figures by name, in the order in which they are shown. */
export const figures: FigureTable = { ...qualityFigures, ...partFigures, ...privacyFigures };
