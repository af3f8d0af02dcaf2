// Every threshold of the conformance suite, with its reason. A test that needs another one names it here.

/**
 * Two-sample Kolmogorov-Smirnov distance between 2,000 training rows and 4,000 sampled ones. Two samples of one
 * distribution exceed 0.056 once in 2,000 runs; the rest is what a coarse but honest marginal may add.
 */
export const marginalDistance = 0.1;

/** Total variation between category shares, same sample sizes: noise is below 0.05 for ten categories. */
export const categoryDistance = 0.1;

/** Difference of the shares of missing cells, 4,000 rows: five standard deviations at a share of one half are 0.04. */
export const missingShareDifference = 0.04;

/**
 * Association error of a model over that of shuffled columns, mean over associated pairs. 1 is what independent columns
 * give; sampling noise alone gives about 0.15 on the suite's table.
 */
export const associationErrorRatio = 0.75;

/** A pair of columns counts as associated when shuffling changes its joint shares by this much (total variation). */
export const associatedPair = 0.15;

/** Difference between the shares inside a condition and in the training rows that meet it, 2,000 rows. */
export const conditionalShareDifference = 0.1;

/** Bytes that {@link refits} may leave behind (heap and array buffers, after collection): noise of the engine. */
export const refitGrowthBytes: number = 4 * 2 ** 20;

/** Fits and samples that are measured, after two that warm up. */
export const refits = 6;

/** Rows of the table that the growth is measured with: one leaked copy per refit is more than the bound above. */
export const refitRows = 12_000;

/** Agreement of a column with itself when another one is added: rank correlation, or the share of equal cells. */
export const streamAgreement = 0.98;
