// The strategies by name: which do what, and where each comes from. The command line lists them from here.

export type StrategyKind = "over" | "under" | "clean" | "combined";

export interface Strategy {
  readonly name: string;
  /** `over` adds rows, `under` keeps a number of them, `clean` leaves out rows by a rule, `combined` adds, then cleans. */
  readonly kind: StrategyKind;
  readonly summary: string;
  readonly paper: string;
  /** The options of {@link resampleOptionRows} that it heeds, beside those of all. */
  readonly options: readonly string[];
}

const row = (
  name: string,
  kind: StrategyKind,
  summary: string,
  paper: string,
  options: readonly string[] = [],
): Strategy => ({ name, kind, summary, paper, options });

const chawla = 'Chawla et al., "SMOTE: synthetic minority over-sampling technique", JAIR 16 (2002), 321-357';
const han = 'Han, Wang and Mao, "Borderline-SMOTE", ICIC 2005';
const mani = 'Mani and Zhang, "kNN approach to unbalanced data distributions", ICML workshop 2003';
const tomek = 'Tomek, "Two modifications of CNN", IEEE SMC 6 (1976), 769-772';
const tomekEdited =
  'Tomek, "An experiment with the edited nearest-neighbor rule", IEEE SMC 6 (1976), 448-452';
const wilson =
  'Wilson, "Asymptotic properties of nearest neighbor rules using edited data", IEEE SMC 2 (1972), 408-421';
const batista =
  'Batista, Prati and Monard, "A study of the behavior of several methods for balancing machine learning training data", SIGKDD Explorations 6 (2004), 20-29';
const smoteOptions = ["kNeighbors"];

/** Every strategy, in the order in which lists show them. */
export const strategies: readonly Strategy[] = [
  row(
    "random",
    "over",
    "rows of a class again, with `shrinkage` each moved a little (a smoothed bootstrap)",
    'Menardi and Torelli, "Training and assessing classification rules with imbalanced data", DMKD 28 (2014), 92-122',
    ["shrinkage"],
  ),
  row(
    "smote",
    "over",
    "new rows on the line from a row to one of its neighbours; categories by vote",
    chawla,
    smoteOptions,
  ),
  row("smotenc", "over", "SMOTE for numbers and categories together", `${chawla}, section 6.1`, smoteOptions),
  row(
    "smoten",
    "over",
    "SMOTE for categories alone, by the value difference metric",
    `${chawla}, section 6.2`,
    smoteOptions,
  ),
  row("borderline-smote-1", "over", "SMOTE from the rows near another class, towards their own", han, [
    "kNeighbors",
    "mNeighbors",
  ]),
  row(
    "borderline-smote-2",
    "over",
    "Borderline-SMOTE that also goes towards other classes, half-way at most",
    han,
    ["kNeighbors", "mNeighbors"],
  ),
  row(
    "svm-smote",
    "over",
    "SMOTE from the support vectors of a machine, outwards where they are safe",
    'Nguyen, Cooper and Kamei, "Borderline over-sampling for imbalanced data classification", IJKESDP 3 (2011), 4-21',
    ["kNeighbors", "mNeighbors", "outStep"],
  ),
  row(
    "kmeans-smote",
    "over",
    "SMOTE inside clusters that hold enough of the class, more where they are sparse",
    'Douzas, Bacao and Last, "Improving imbalanced learning through a heuristic oversampling method based on k-means and SMOTE", Information Sciences 465 (2018), 1-20',
    ["kNeighbors", "clusters", "clusterBalanceThreshold", "densityExponent"],
  ),
  row(
    "adasyn",
    "over",
    "SMOTE with more rows where other classes are near",
    'He, Bai, Garcia and Li, "ADASYN: adaptive synthetic sampling approach for imbalanced learning", IJCNN 2008',
    ["kNeighbors"],
  ),
  row("random-under", "under", "a number of rows of a class, drawn at random", ""),
  row("near-miss-1", "under", "the rows nearest to their nearest minority rows", mani, ["kNeighbors"]),
  row("near-miss-2", "under", "the rows nearest to their farthest minority rows", mani, ["kNeighbors"]),
  row("near-miss-3", "under", "of the rows around the minority, those farthest from it", mani, [
    "kNeighbors",
  ]),
  row(
    "instance-hardness",
    "under",
    "the rows that boosted trees, trained on the others, recognise best",
    'Smith, Martinez and Giraud-Carrier, "An instance level analysis of data complexity", Machine Learning 95 (2014), 225-256',
    ["folds"],
  ),
  row("cluster-centroids", "under", "the centres of as many clusters", "", ["voting"]),
  row("tomek-links", "clean", "leaves out rows whose nearest neighbour is of another class, mutually", tomek),
  row("edited-nearest-neighbours", "clean", "leaves out rows that their neighbours vote against", wilson, [
    "kNeighbors",
    "vote",
  ]),
  row(
    "repeated-edited-nearest-neighbours",
    "clean",
    "leaves out rows that their neighbours vote against, until none is left",
    tomekEdited,
    ["kNeighbors", "vote", "rounds"],
  ),
  row("all-knn", "clean", "leaves out rows that 1, then 2, ... k neighbours vote against", tomekEdited, [
    "kNeighbors",
    "vote",
  ]),
  row(
    "condensed-nearest-neighbour",
    "clean",
    "keeps the rows that one neighbour needs to tell the classes apart",
    'Hart, "The condensed nearest neighbor rule", IEEE TIT 14 (1968), 515-516',
  ),
  row(
    "one-sided-selection",
    "clean",
    "rows that one row of the class and the minority get wrong, less Tomek links",
    'Kubat and Matwin, "Addressing the curse of imbalanced training sets: one-sided selection", ICML 1997',
  ),
  row(
    "neighbourhood-cleaning",
    "clean",
    "leaves out what edited neighbours would, and the neighbours of misjudged minority rows",
    'Laurikkala, "Improving identification of difficult small classes by balancing class distribution", AIME 2001',
    ["kNeighbors", "cleaningThreshold"],
  ),
  row("smote-enn", "combined", "SMOTE, then edited nearest neighbours over all classes", batista, [
    "kNeighbors",
    "editNeighbours",
  ]),
  row("smote-tomek", "combined", "SMOTE, then without Tomek links of any class", batista, smoteOptions),
];

export const strategyNames: readonly string[] = strategies.map(({ name }) => name);
