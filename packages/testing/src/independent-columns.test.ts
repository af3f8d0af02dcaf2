import { describeGenerator } from "./describe-generator.ts";
import { independentColumns } from "./independent-columns.ts";

describeGenerator(independentColumns, {
  without: { "keeps pairs better than columns drawn alone": "its columns are drawn alone" },
});
