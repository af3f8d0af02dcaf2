// When events happen: a rate that follows the hour, the day of the week, the month and a growth per year. Its integral
// maps datetimes to amounts of expected events and back, so that uniform draws become times.

import type { CalendarProfile } from "../model/model.ts";

const microsPerDay = 86_400e6;
const microsPerHour = 3600e6;
const longestWalk = 8;
/** 1900-01-01 and 2200-01-01 in days since 1970-01-01. */
export const firstDay: number = Date.UTC(1900, 0, 1) / 86_400_000;
export const lastDay: number = Date.UTC(2200, 0, 1) / 86_400_000;

/** Parts of a day in the guide to its hours, and of a mean day in the guide to the days: a search seldom takes a step. */
const hourCells = 1024;
const dayCells = 4;

export class CalendarClock {
  /** Expected events before each day, in units of one mean day. */
  readonly #days: Float64Array;
  readonly #hours: Float64Array;
  /** One over the amounts of each day and of each hour; 0 for hours without events. */
  readonly #perDay: Float64Array;
  readonly #perHour: Float64Array;
  /** Where the search for a day begins, by equal steps of the amount; likewise for the hours of a day. */
  readonly #dayGuide: Int32Array;
  readonly #hourGuide: Uint8Array;
  readonly #guideScale: number;

  constructor({ hours, weekdays, months, growth = 0 }: CalendarProfile) {
    const count = lastDay - firstDay;
    this.#days = new Float64Array(count + 1);
    const rate = Math.log1p(growth) / 365.25;
    for (let day = 0; day < count; day++) {
      const date = new Date((firstDay + day) * 86_400_000);
      const weekday = weekdays?.[(date.getUTCDay() + 6) % 7] ?? 1;
      const month = months?.[date.getUTCMonth()] ?? 1;
      this.#days[day + 1] = this.#days[day]! + weekday * month * Math.exp(rate * (firstDay + day));
    }
    this.#hours = new Float64Array(25);
    const total = hours?.reduce((sum, weight) => sum + weight, 0) ?? 24;
    for (let hour = 0; hour < 24; hour++)
      this.#hours[hour + 1] = this.#hours[hour]! + (hours?.[hour] ?? 1) / total;
    this.#hours[24] = 1;
    this.#perDay = reciprocals(this.#days);
    this.#perHour = reciprocals(this.#hours);
    this.#dayGuide = guide(this.#days, new Int32Array(dayCells * count));
    this.#guideScale = (dayCells * count) / this.#days[count]!;
    this.#hourGuide = guide(this.#hours, new Uint8Array(hourCells));
  }

  /** Expected events from 1900 to a datetime in microseconds; NaN outside of 1900 to 2200. */
  integral(micros: number): number {
    const day = Math.floor(micros / microsPerDay);
    if (!(day >= firstDay && day < lastDay)) return Number.NaN;
    const rest = micros - day * microsPerDay;
    const hour = Math.floor(rest / microsPerHour);
    const share =
      this.#hours[hour]! + (this.#hours[hour + 1]! - this.#hours[hour]!) * (rest / microsPerHour - hour);
    const before = this.#days[day - firstDay]!;
    return before + share * (this.#days[day - firstDay + 1]! - before);
  }

  /** The datetime before which so many events are expected. */
  inverse(amount: number): number {
    const one = Float64Array.of(amount);
    this.inverseInto(one, 0, 1);
    return one[0]!;
  }

  /** Turns amounts [from, to) into datetimes, in their place. */
  inverseInto(amounts: Float64Array, from: number, to: number): void {
    const days = this.#days;
    const perDay = this.#perDay;
    const hours = this.#hours;
    const perHour = this.#perHour;
    const hourGuide = this.#hourGuide;
    for (let i = from; i < to; i++) {
      const amount = amounts[i]!;
      const day = this.#dayOf(amount);
      const share = shareOf((amount - days[day]!) * perDay[day]!);
      let hour = hourGuide[Math.min(hourCells - 1, (share * hourCells) | 0)]!;
      while (hour < 23 && hours[hour + 1]! <= share) hour++;
      const inHour = shareOf((share - hours[hour]!) * perHour[hour]!);
      amounts[i] = (firstDay + day) * microsPerDay + (hour + inHour) * microsPerHour;
    }
  }

  /** The day that holds an amount. */
  #dayOf(amount: number): number {
    const days = this.#days;
    const last = days.length - 2;
    const cell = (amount * this.#guideScale) | 0;
    let day = this.#dayGuide[Math.max(0, Math.min(this.#dayGuide.length - 1, cell))]!;
    // Where rates grow fast, a step of the guide holds many days.
    for (let step = 0; step < longestWalk && day < last && days[day + 1]! <= amount; step++) day++;
    if (days[day]! <= amount && amount < days[day + 1]!) return day;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (days[middle]! <= amount) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const shareOf = (x: number): number => (x > 0 ? Math.min(x, 1) : 0);

function reciprocals(ascending: Float64Array): Float64Array {
  return Float64Array.from({ length: ascending.length - 1 }, (_, i) => {
    const width = ascending[i + 1]! - ascending[i]!;
    return width > 0 ? 1 / width : 0;
  });
}

/** For equal steps of an ascending function from 0 on, the last place whose value lies at the step's beginning or below. */
function guide<T extends Int32Array | Uint8Array>(values: Float64Array, out: T): T {
  const total = values.at(-1)!;
  let at = 0;
  for (let cell = 0; cell < out.length; cell++) {
    while (at + 2 < values.length && values[at + 1]! <= (total * cell) / out.length) at++;
    out[cell] = at;
  }
  return out;
}
