export { AutoGenerator, auto } from "./auto.ts";
export { type ChoiceRequest, type ChosenGenerator, chooseGenerators } from "./choose-generator.ts";
export { type AutoOptions, autoOptions, type Purpose } from "./options.ts";
export { type TableFacts, tableFacts } from "./table-facts.ts";
