// The declarative model of a simulation: what a TypeScript object, a JSON file and a YAML file say alike. Plain data:
// nothing in it is run as code.

/** A number, or a formula that gives one for each row. */
export type NumberOrFormula = number | string;

/** A datetime as text (`2024-01-31T09:30:00`), or a formula that gives one. */
export type DatetimeOrFormula = string;

/** What every column may say. */
export interface ColumnCommon {
  /** What the column means, for people. */
  readonly description?: string;
  /** Share of missing cells, 0 to 1, or a formula that gives it for each row. Default 0. */
  readonly missing?: NumberOrFormula;
  /** True for columns that others are made of and that are not written. Default false. */
  readonly hidden?: boolean;
}

export interface NumberCommon extends ColumnCommon {
  /** Digits after the point, 0 to 15. Default: as drawn. */
  readonly decimals?: number;
}

/** Numbers of a distribution; its parameters stand beside its name. */
export interface DistributionColumn extends NumberCommon {
  readonly distribution: string;
  /** The distribution is truncated here: drawn again, as it were, until it lies between them. */
  readonly min?: NumberOrFormula;
  readonly max?: NumberOrFormula;
  readonly [parameter: string]: unknown;
}

/** Numbers whose quantiles at equal steps are given, lowest to highest: `[0, 1, 5, 20, 100]` are quarters. */
export interface QuantilesColumn extends NumberCommon {
  readonly quantiles: readonly number[];
}

export type Weights = Readonly<Record<string, number>> | readonly string[];

/** Categories by weight; a list means equal weights. */
export interface CategoriesColumn extends ColumnCommon {
  readonly categories: Weights;
  /** What the cells are. Default `text`. */
  readonly type?: "text" | "number" | "boolean";
}

/** Categories by weight for each value of another column; `*` stands for all values that are not named. */
export interface ConditionalColumn extends ColumnCommon {
  /** A column, `parent.column`, or several whose values are joined by `|` in the table. */
  readonly given: string | readonly string[];
  readonly table: Readonly<Record<string, Weights>>;
  readonly type?: "text" | "number" | "boolean";
}

/** A formula of other columns. */
export interface FormulaColumn extends NumberCommon {
  readonly formula: string | number;
  /** Needed only where the formula refers to its own row before through another column. Default: what it gives. */
  readonly type?: "number" | "boolean" | "text" | "datetime";
  readonly datetimeFormat?: string;
}

/** The first case that holds says how the cell is drawn; the last needs no `when`. */
export interface CasesColumn extends NumberCommon {
  readonly cases: readonly (ColumnModel & { readonly when?: string })[];
}

/** A unique key. */
export interface KeyColumn extends ColumnCommon {
  /** `sequence`: 1, 2, 3; `shuffled`: the same numbers in random order; `uuid`: version 4, of which none comes twice. */
  readonly key: "sequence" | "shuffled" | "uuid";
  /** The first number. Default 1. */
  readonly start?: number;
  /** With a prefix keys are texts: `C-000123`. */
  readonly prefix?: string;
  /** Digits to fill up with zeros. Default 0. */
  readonly digits?: number;
}

/** Values of @faker-js/faker: `person.fullName`, `company.name`, `internet.email`. */
export interface FakerColumn extends ColumnCommon {
  readonly faker: string;
  /** Locales such as `de`, `fr`, `pt_BR`; each row takes one of them. Default `en`. */
  readonly locale?: string | readonly string[];
  /** Arguments by name, each a formula: `{ firstName: "first_name" }`. */
  readonly with?: Readonly<Record<string, string>>;
  /** True where no value may come twice: the row's number is woven in. Default false. */
  readonly unique?: boolean;
}

/** Texts that match a regular expression: `[A-Z]{2}-\\d{4}`. */
export interface PatternColumn extends ColumnCommon {
  /** Literals, classes, groups, alternatives and quantifiers; `*`, `+` and `{m,}` repeat ten times more at most. */
  readonly pattern: string;
  /** Characters at least and at most. Default: as the pattern has them. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** True where no text may come twice. Default false. */
  readonly unique?: boolean;
}

/** A Markov chain over the rows of a sequence. */
export interface ChainColumn extends ColumnCommon {
  readonly chain: Readonly<Record<string, Weights>>;
  /** Weights of the first state. Default: all alike. */
  readonly initial?: Weights;
}

export interface Transition {
  readonly to: string;
  /** A condition; default: it holds. */
  readonly when?: string;
  /** Probability, given that no transition before it was taken. Default 1. */
  readonly chance?: NumberOrFormula;
}

/** A finite-state machine over the rows of a sequence; without a transition it stays where it is. */
export interface MachineColumn extends ColumnCommon {
  readonly machine: Readonly<Record<string, readonly Transition[]>>;
  readonly initial?: string;
}

export interface Season {
  /** In days where the series has a time column, else in rows. */
  readonly period: number;
  readonly amplitude: number;
  /** Share of the period by which the peak comes later. Default 0: the peak is at the start. */
  readonly phase?: number;
}

/** A series: level + trend + seasons + autoregressive noise. */
export interface SeriesColumn extends NumberCommon {
  readonly series: {
    readonly level?: NumberOrFormula;
    /** Change per day where there is a time column, else per row. Default 0. */
    readonly trend?: NumberOrFormula;
    readonly seasons?: readonly Season[];
    readonly noise?: {
      readonly sd: NumberOrFormula;
      /** Correlation with the row before, -1 to 1. Default 0. */
      readonly ar?: number;
    };
    /** A datetime column. */
    readonly time?: string;
  };
}

/** Weights of hours (24), days of the week (7, Monday first) and months (12): when events happen. */
export interface CalendarProfile {
  readonly hours?: readonly number[];
  readonly weekdays?: readonly number[];
  readonly months?: readonly number[];
  /** Growth per year: 0.2 for a fifth more events each year. Default 0. */
  readonly growth?: number;
}

/** Datetimes in ascending order within a sequence. */
export interface TimeColumn extends ColumnCommon {
  readonly time:
    | {
        /** `every`: at equal distances. */
        readonly every: string;
        readonly start: DatetimeOrFormula;
        /** Standard deviation of normal noise on each; the order is kept. Default none. */
        readonly jitter?: string;
      }
    | {
        /** A Poisson process between two datetimes, given how many events there are. */
        readonly events: "poisson";
        readonly start: DatetimeOrFormula;
        readonly end: DatetimeOrFormula;
        readonly profile?: CalendarProfile;
      }
    | {
        /** A Hawkes process: each event raises the rate of the next ones. */
        readonly events: "hawkes";
        readonly start: DatetimeOrFormula;
        /** Mean time between events that no other caused. */
        readonly every: string;
        /** Mean number of events that one causes, 0 to below 1. */
        readonly excitation: number;
        /** Mean time until an event that another caused. */
        readonly decay: string;
      }
    | {
        /** Times between rows in seconds, from a distribution or a formula. */
        readonly gap: ColumnModel;
        readonly start: DatetimeOrFormula;
      };
  /** strftime pattern. Default `%Y-%m-%d %H:%M:%S`. */
  readonly datetimeFormat?: string;
  /** Digits of seconds that are kept, 0 to 6. Default 0. */
  readonly fraction?: number;
}

/** Which rare event a row belongs to, missing or false where none. */
export interface EventColumn extends ColumnCommon {
  /** One event: the column is true in its rows. Several: the column holds the event's name. */
  readonly event: string | readonly string[];
}

export type ColumnModel =
  | DistributionColumn
  | QuantilesColumn
  | CategoriesColumn
  | ConditionalColumn
  | FormulaColumn
  | CasesColumn
  | KeyColumn
  | FakerColumn
  | PatternColumn
  | ChainColumn
  | MachineColumn
  | SeriesColumn
  | TimeColumn
  | EventColumn;

/** Columns whose ranks go together as those of a multivariate normal distribution (a Gaussian copula). */
export interface CorrelationBlock {
  readonly columns: readonly string[];
  /** Correlations of the normal scores, row by row with ones on the diagonal. */
  readonly matrix: readonly (readonly number[])[];
}

/** What is put into an exact number of rows. */
export interface RareEvent {
  /** Exact number of episodes, or a share of the rows (rounded to a whole number). */
  readonly count?: number;
  readonly share?: number;
  /** Rows of an episode, which lie next to each other. Default 1. */
  readonly length?: number;
  /** Columns that have the cell of its first row in all rows of an episode: who attacks, say. */
  readonly hold?: readonly string[];
  /** The longest time from the first row of an episode to its last, such as `2h`, for columns of `time`. */
  readonly within?: string;
  /** What the columns become there; a formula may refer to the column itself and to `step` (0 on) of the episode. */
  readonly set?: Readonly<Record<string, string>>;
}

/** Each row picks one row of another table. */
export interface RowPick {
  readonly table: string;
  /** A number column of that table. Default: all rows alike. */
  readonly weight?: string;
  /** True where rows of one parent (of the whole table, without a parent) pick different rows. Default false. */
  readonly distinct?: boolean;
}

export interface TableModel {
  readonly description?: string;
  /** Rows of a table without a parent, or of one with a parent that are shared out by `count`. */
  readonly rows?: number;
  readonly parent?: {
    readonly table: string;
    /** Rows per parent row: a distribution, a formula of the parent's columns, or a number. */
    readonly count: ColumnModel | NumberOrFormula;
  };
  readonly picks?: Readonly<Record<string, RowPick>>;
  readonly columns: Readonly<Record<string, ColumnModel>>;
  readonly correlations?: readonly CorrelationBlock[];
  /** Conditions that hold in every row; rows where one does not are drawn again. */
  readonly constraints?: readonly string[];
  readonly events?: Readonly<Record<string, RareEvent>>;
}

export interface SimulationModel {
  readonly name?: string;
  readonly description?: string;
  /** The table that a plain number of rows is about. Default: the first. */
  readonly main?: string;
  readonly tables: Readonly<Record<string, TableModel>>;
}
