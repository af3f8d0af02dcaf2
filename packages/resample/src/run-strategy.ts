// Which function carries out which strategy.

import { adasyn } from "./over/adasyn.ts";
import { borderlineSmote } from "./over/borderline-smote.ts";
import { kmeansSmote } from "./over/kmeans-smote.ts";
import { randomOver } from "./over/random.ts";
import { smote } from "./over/smote.ts";
import { smoten } from "./over/smoten.ts";
import { svmSmote } from "./over/svm-smote.ts";
import { clusterCentroids } from "./under/cluster-centroids.ts";
import { condensed, oneSided } from "./under/condensed.ts";
import { allKnn, editedNeighbours, repeatedEditedNeighbours } from "./under/edited-neighbours.ts";
import { instanceHardness } from "./under/instance-hardness.ts";
import { nearMiss } from "./under/near-miss.ts";
import { neighbourhoodCleaning } from "./under/neighbourhood-cleaning.ts";
import { randomUnder } from "./under/random.ts";
import { tomekLinks } from "./under/tomek-links.ts";
import type { Outcome, Work } from "./work.ts";

const functions: Readonly<Record<string, (work: Work) => Promise<Outcome>>> = {
  random: randomOver,
  smote,
  smotenc: smote,
  smoten,
  "borderline-smote-1": borderlineSmote(1),
  "borderline-smote-2": borderlineSmote(2),
  "svm-smote": svmSmote,
  "kmeans-smote": kmeansSmote,
  adasyn,
  "random-under": randomUnder,
  "near-miss-1": nearMiss(1),
  "near-miss-2": nearMiss(2),
  "near-miss-3": nearMiss(3),
  "instance-hardness": instanceHardness,
  "cluster-centroids": clusterCentroids,
  "tomek-links": tomekLinks,
  "edited-nearest-neighbours": editedNeighbours,
  "repeated-edited-nearest-neighbours": repeatedEditedNeighbours,
  "all-knn": allKnn,
  "condensed-nearest-neighbour": condensed,
  "one-sided-selection": oneSided,
  "neighbourhood-cleaning": neighbourhoodCleaning,
};

export function runStrategy(name: string, work: Work): Promise<Outcome> {
  const run = functions[name];
  if (!run) throw new Error(`internal: no function carries out ${name}`);
  return run(work);
}
