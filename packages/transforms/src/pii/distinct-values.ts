// Ways to write a number into a personal value so that it can be read back from the value: combinations of names,
// the last digits of a number, check digits recomputed around it.

import type { Faker } from "@faker-js/faker";
import type { DistinctKind } from "./personal-kinds.ts";

/** The text with its last `digits` digits replaced by the number; digits that it lacks are put after it. */
export function digitsInto(text: string, index: bigint, digits: number): string {
  const number = String(index).padStart(digits, "0");
  const characters = Array.from(text);
  let left = digits;
  for (let i = characters.length - 1; i >= 0 && left > 0; i--) {
    if (/\d/.test(characters[i]!)) characters[i] = number[--left]!;
  }
  // Too few digits: the whole number after the text, which no text with enough digits ends in by itself.
  return left === 0 ? characters.join("") : `${text} #${number}`;
}

/** A card number of 16 digits that starts with 4, with Luhn's check digit (ISO/IEC 7812-1, annex B). */
export function luhnNumber(fourteen: string): string {
  const digits = `4${fourteen}`;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return digits + String((10 - (sum % 10)) % 10);
}

/** Remainder by 97 of an IBAN's characters in their order of check (ISO 13616). */
function ibanRemainder(text: string): number {
  let remainder = 0;
  for (const character of text) {
    for (const digit of String(Number.parseInt(character, 36))) {
      remainder = (remainder * 10 + Number(digit)) % 97;
    }
  }
  return remainder;
}

/** A German IBAN (22 characters) whose last nine digits are the number; its check digits are right. */
export function ibanWithNumber(faker: Faker, index: bigint): string {
  const account =
    faker.string.numeric({ length: 9, allowLeadingZeros: true }) + String(index).padStart(9, "0");
  const check = 98 - ibanRemainder(`${account}DE00`);
  return `DE${String(check).padStart(2, "0")}${account}`;
}

type NameList = "first_name" | "last_name";
const lists = new WeakMap<Faker, Map<NameList, readonly string[]>>();

/** All different names of the locale's list, without those that contain a hyphen or space (they join names below). */
function namesOf(faker: Faker, list: NameList): readonly string[] {
  let known = lists.get(faker);
  if (!known) {
    known = new Map();
    lists.set(faker, known);
  }
  let names = known.get(list);
  if (!names) {
    const entry: unknown = faker.rawDefinitions.person?.[list];
    const parts = Array.isArray(entry) ? [entry] : Object.values(entry ?? {});
    const texts = parts.flat().filter((text): text is string => typeof text === "string");
    names = [...new Set(texts)].filter((text) => !/[-\s]/.test(text));
    if (names.length === 0) names = ["A"];
    known.set(list, names);
  }
  return names;
}

/** `Ada K. Lovelace`: first names x 26 middle initials x last names. */
export const namePairs: DistinctKind = {
  listed: true,
  size: (faker) => BigInt(namesOf(faker, "first_name").length * 26 * namesOf(faker, "last_name").length),
  write: (index, faker) => {
    const first = namesOf(faker, "first_name");
    const last = namesOf(faker, "last_name");
    const number = Number(index);
    const middle = String.fromCharCode(65 + (number % 26));
    const rest = Math.floor(number / 26);
    return `${first[rest % first.length]} ${middle}. ${last[Math.floor(rest / first.length)]}`;
  },
};

/** `Ada-Grace`: pairs of names of one list. */
export function singleNames(list: NameList): DistinctKind {
  return {
    listed: true,
    size: (faker) => BigInt(namesOf(faker, list).length ** 2),
    write: (index, faker) => {
      const names = namesOf(faker, list);
      return `${names[Number(index) % names.length]}-${names[Math.floor(Number(index) / names.length)]}`;
    },
  };
}
