import { describeGenerator } from "@verisim/testing";
import { gaussianCopula } from "./definition.ts";

describeGenerator(gaussianCopula);
