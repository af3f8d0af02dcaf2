import { describeGenerator } from "@verisim/testing";
import { sequentialTrees } from "./sequential-trees.ts";

describeGenerator(sequentialTrees);
