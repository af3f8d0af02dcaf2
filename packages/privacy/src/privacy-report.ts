// The shape of a privacy report: figures of the whole table and of large groups, never of one record, because distances
// and scores per row let an attacker rebuild the rows (Ganev and De Cristofaro, "ReconSyn", arXiv 2312.05114).

/** A figure with the interval in which it lies with 95 % confidence. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** What an attacker is taken to have. */
export type ThreatModel =
  /** The synthetic table and the record in question. */
  | "synthetic-table"
  /** Also other real rows of the same population. */
  | "synthetic-table-and-population"
  /** Also the generator with its settings: it can be trained anew on rows whose membership is known. */
  | "generator-code";

/**
 * `alarm`: a test that a harmless table fails in at most one of a hundred cases has failed. `notice`: something to look
 * at, without that certainty. `clear`: nothing was found by this report, which is no proof that there is nothing.
 */
export type RiskLevel = "alarm" | "notice" | "clear";

/** What was found, in words that stand on their own. */
export interface Finding {
  level: RiskLevel;
  /** The part of the report that says so. */
  part:
    | "copies"
    | "membership"
    | "attributes"
    | "singling-out"
    | "linkability"
    | "anonymity"
    | "values"
    | "self-test"
    | "model-file";
  text: string;
}

/** How a kind of copy was searched. */
export interface CopyEvidence {
  /**
   * `distance`: nearer to one real row than to any other, by numbers and categories; finds rows with noise on them.
   * `agreement`: shares rare values with one real row; finds rows of which some cells were changed.
   */
  view: "distance" | "agreement";
  /** Synthetic rows that were searched for. */
  rows: number;
  /** Real rows that are the nearest of a synthetic one, each counted once. */
  matched: number;
  /** Of them: the stretch of nearest ones that tells most, training rows in it, and how many chance would put there. */
  front: number;
  frontTraining: number;
  frontExpected: number;
}

/**
 * Does the synthetic table hold copies of training rows, verbatim or near ones? Without copying, whether a real row that
 * lies next to a synthetic one is a training row is chance, whatever the synthetic table looks like.
 */
export interface CopyReport {
  /** True: copies were found; chance says so in at most 1 of 100 tables that copy nothing. */
  found: boolean;
  /** Of the test; holds for all views together. */
  pValue: number;
  /** What stands against the training rows: `holdout`, or `training` (their distances to each other; less sure). */
  control: "holdout" | "training";
  evidence: CopyEvidence[];
  /** Shares of rows equal to a training row in all columns that are compared. */
  exactSynthetic: number;
  exactHoldout: number | null;
  /** `exactSynthetic` less `exactHoldout`, null without a holdout. */
  copyExcess: number | null;
  /** Rows estimated to be copies beyond chance: the excess of training rows at the front, of the whole table. */
  estimatedCopies: number;
  /**
   * True where what was found is spread over more than half of the rows instead of standing at the front: the table lies
   * nearer to its training rows throughout, as that of a generator that has learnt them a little by heart.
   */
  spread: boolean;
}

/** Copies are planted into the synthetic table and searched with the same test. */
export interface SelfTest {
  /** Share of the synthetic rows that were replaced by copies of training rows. */
  share: number;
  kinds: {
    /** `near`: every number moved by a fiftieth of its column's spread, one category in twenty redrawn. */
    kind: "verbatim" | "near" | "outliers";
    /** Copies planted each time. */
    copies: number;
    /** Times that copies were planted, and times that the test found them. */
    trials: number;
    seen: number;
  }[];
  /** True where every trial of every kind was seen. */
  wouldSeeCopies: boolean;
  /** True where the table as it is has copies already, so that the plants show nothing. */
  alreadyFound: boolean;
}

/** Distances to the closest record, a diagnostic: not a measure of privacy. All on one scale, against equally many rows. */
export interface DistanceReport {
  /** Rows of each reference table. */
  referenceRows: number;
  /** Synthetic rows and holdout rows that were measured. */
  syntheticRows: number;
  holdoutRows: number;
  /** Distances to the nearest training row; of synthetic rows, and of holdout rows as the control. */
  dcr: { median: number; low: number; medianControl: number; lowControl: number };
  /** Nearest distance over second nearest; `low` are 5 % quantiles. */
  nndr: { median: number; low: number; medianControl: number; lowControl: number };
  /** Share of synthetic rows nearer to a training row than to any of equally many holdout rows; ties count half. Chance: 0.5. */
  closerToTraining: Estimate;
}

/** One attack that says how sure it is that a record was a training row. */
export interface MembershipAttack {
  attack:
    | "nearest-distance"
    | "local-density"
    | "density-ratio"
    | "classifier"
    | "ensemble"
    | "shadow-models";
  threat: ThreatModel;
  auc: Estimate;
  /** Share of the training rows that are recognised where 1 % or 10 % of the others are taken for training rows. */
  tprAt1: Estimate;
  tprAt10: Estimate;
}

export interface MembershipGroup {
  /** `outliers`, or a column and its rare value's rank: never a value that few rows hold. */
  group: string;
  kind: "all" | "outliers" | "minority";
  members: number;
  nonMembers: number;
  /** The strongest attack on this group. The intervals are widened for having looked at several. */
  strongest: MembershipAttack;
}

export interface MembershipReport {
  /** Training rows and holdout rows that were attacked, and holdout rows that played the population. */
  members: number;
  nonMembers: number;
  population: number;
  attacks: MembershipAttack[];
  /** All rows, outliers, minorities: the strongest attack on each. */
  groups: MembershipGroup[];
  /** The strongest attack on all rows by TPR at 10 % FPR, as in `groups`. */
  strongest: MembershipAttack;
}

/** Success of an attack on training rows, on holdout rows (control), and of a guess without the synthetic table (naive). */
export interface AttackRates {
  /** Attacks tried on each side. */
  attacks: number;
  main: Estimate;
  control: Estimate;
  naive: Estimate;
  /** (main - control) / (1 - control), 0 where the control is as good; what the synthetic table gives away of its training rows. */
  risk: Estimate;
  /** False where the attack does no better than the naive guess: it then says nothing about risk. */
  strongerThanNaive: boolean;
}

export interface AttributeInference {
  column: string;
  /** Success: the same category, or a number within a twentieth of the training rows' middle 90 %. */
  rates: AttackRates;
  /** The same for the tenth of the rows that lie farthest from others; null where there are too few. */
  outliers: AttackRates | null;
}

export interface AttributeReport {
  threat: ThreatModel;
  /** Columns the attacker knows; null: all but the one in question. */
  known: string[] | null;
  columns: AttributeInference[];
  /** Of the columns where the attack beats the naive guess, that with the largest lower bound of risk. */
  worst: AttributeInference | null;
}

export interface SinglingOutReport {
  threat: ThreatModel;
  /** Predicates on one column: values that one synthetic row holds, or beyond which one lies. */
  univariate: AttackRates | null;
  /** Predicates on several columns that one synthetic row meets. */
  multivariate: AttackRates | null;
  /** Columns of a multivariate predicate. */
  columns: number;
}

export interface LinkabilityReport {
  threat: ThreatModel;
  /** The two halves of a record that the attacker wants to join again. */
  splits: { first: string[]; second: string[]; rates: AttackRates }[];
  /** Records among which the right half must be found. */
  candidates: number;
  worst: AttackRates;
}

/** Classes of rows with equal quasi-identifiers; numbers are cut into bins of equal counts first. */
export interface AnonymityReport {
  quasiIdentifiers: string[];
  /** True where nobody named them and columns with few values were taken. */
  guessed: boolean;
  sensitive: string | null;
  /** Size of the smallest class. */
  kAnonymityReal: number;
  kAnonymitySynthetic: number;
  /** Fewest population rows (training and holdout) that match a synthetic row which matches any; null where none does. */
  kMap: number | null;
  /** Share of the synthetic rows that match fewer than 11 population rows, but at least one (1/11 is 0.09). */
  belowEleven: number;
  /** Mean over synthetic rows of 1 / (matching population rows), 0 where none match: chance to name the right person. */
  reidentification: number;
  /** Fewest different sensitive values in a class, null without a sensitive column. */
  lDiversityReal: number | null;
  lDiversitySynthetic: number | null;
  /** Training rows over population rows in the classes that synthetic rows fall into: smallest and largest. */
  deltaPresence: { low: number; high: number } | null;
  /** Share of training rows, and of holdout rows, that lie nearer to a synthetic row than to any (other) training row. */
  identifiability: { training: number; holdout: number | null };
}

/** Values that one real row alone holds and that turn up in the synthetic table. */
export interface ValueOverlap {
  column: string;
  sdtype: string;
  pii: boolean;
  /** Values that occur in one training row, or one holdout row, and in no other real row. */
  trainingOnly: number;
  holdoutOnly: number;
  /** Shares of them that the synthetic table holds. */
  training: Estimate;
  holdout: Estimate | null;
  /** Chance of such a difference if values were not taken from the training rows; null without a holdout. */
  pValue: number | null;
}

export interface ValueReport {
  columns: ValueOverlap[];
  /** Columns whose difference holds after correction for their number. */
  leaking: string[];
}

/** Everything the attacks say about one synthetic table. Plain data. */
export interface PrivacyReport {
  version: 1;
  seed: number;
  rows: { training: number; synthetic: number; holdout: number | null };
  /** Rows that stand for the whole table where all of them would take too long. */
  sampled: { training: number; synthetic: number; holdout: number | null };
  columns: { used: string[]; leftOut: { column: string; reason: string }[] };
  level: RiskLevel;
  findings: Finding[];
  copies: CopyReport;
  selfTest: SelfTest | null;
  /** Null without a holdout, as every part that needs one. */
  distances: DistanceReport | null;
  membership: MembershipReport | null;
  attributes: AttributeReport | null;
  singlingOut: SinglingOutReport | null;
  linkability: LinkabilityReport | null;
  anonymity: AnonymityReport | null;
  values: ValueReport;
}

/** What a model file keeps of one column. */
export interface StoredValues {
  column: string;
  sdtype: string;
  pii: boolean;
  /**
   * Values that few training rows hold, or any personal ones: how many were searched for, and how many the file holds to
   * the letter or the digit.
   */
  searched: number;
  stored: number;
  /** Of as many numbers next to them that no training row holds: found in the file by coincidence. Null for texts. */
  coincidences: number | null;
  /** The exact smallest and largest number; null where the number has too few digits to tell. */
  minimumStored: boolean | null;
  maximumStored: boolean | null;
}

/** What an attacker who has the model file reads in it without any attack. */
export interface ModelFileReport {
  version: 1;
  generator: string;
  /** Texts and numbers in the file. */
  texts: number;
  numbers: number;
  /** Values of fewer training rows than this are rare. */
  rareBelow: number;
  columns: StoredValues[];
  level: RiskLevel;
  findings: Finding[];
}
