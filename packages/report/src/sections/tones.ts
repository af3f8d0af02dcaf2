// The colour of one of several tables set side by side: the same in every section.

/** Colours that the page's style has. */
const tones = 10;

/** Class of the colour of the table at this place, from 0. */
export function toneOf(place: number): string {
  return `generator-${place % tones}`;
}
