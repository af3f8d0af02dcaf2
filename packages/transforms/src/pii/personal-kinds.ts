// One row per kind of personal value: how one is drawn, and how distinct ones are numbered for columns without
// repeats. A number is woven into the value so that it can be read back, hence different numbers give different values.

import type { Faker } from "@faker-js/faker";
import { knownTextsHint, VerisimError } from "@verisim/core";
import { digitsInto, ibanWithNumber, luhnNumber, namePairs, singleNames } from "./distinct-values.ts";

export interface PersonalKind {
  draw(faker: Faker): string;
  /** Distinct values numbered 0..size-1. Where it is left out, the number is put after the drawn value. */
  readonly distinct?: DistinctKind;
  /** True where two people do not share a value: no value twice where the real column has none. */
  readonly identifies?: boolean;
}

export interface DistinctKind {
  size(faker: Faker): bigint;
  write(index: bigint, faker: Faker): string;
  /** True where the space is a list of one locale; all values are then of the first locale. */
  readonly listed?: boolean;
}

function fixed(size: bigint, write: DistinctKind["write"]): DistinctKind {
  return { size: () => size, write };
}

const tokens = 36n ** 6n;

/** `anna.smith_k3f9@example.org`: the token after the last underscore is the number in base 36. */
function withToken(text: string, index: bigint, before: string): string {
  const at = before === "" ? text.length : text.indexOf(before);
  const end = at < 0 ? text.length : at;
  return `${text.slice(0, end)}_${index.toString(36)}${text.slice(end)}`;
}

function hexadecimal(index: bigint, digits: number): string {
  return index.toString(16).padStart(digits, "0");
}

/** Version 4 (RFC 9562): 122 bits of the number around the version and the variant. */
function uuid(index: bigint): string {
  const text = hexadecimal(index >> 62n, 15);
  const rest = hexadecimal(index & (2n ** 60n - 1n), 15);
  const variant = "89ab"[Number((index >> 60n) & 3n)]!;
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    `4${text.slice(12)}`,
    variant + rest.slice(0, 3),
    rest.slice(3),
  ].join("-");
}

function degrees(limit: number): DistinctKind {
  const steps = 2 * limit * 1e6;
  return fixed(BigInt(steps + 1), (index) => ((Number(index) - steps / 2) / 1e6).toFixed(6));
}

function socialSecurity(index: number): string {
  const areas = index % 898;
  const area = areas < 665 ? areas + 1 : areas + 2;
  const rest = Math.floor(index / 898);
  return `${String(area).padStart(3, "0")}-${String((rest % 99) + 1).padStart(2, "0")}-${String(Math.floor(rest / 99) + 1).padStart(4, "0")}`;
}

const socialSecurityNumbers = 898 * 99 * 9999;
const vinLetters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

function vinSerial(index: bigint): string {
  let rest = index;
  let text = "";
  for (let i = 0; i < 6; i++) {
    text = vinLetters[Number(rest % 33n)] + text;
    rest /= 33n;
  }
  return text;
}

function octets(index: number): string {
  const first = Math.floor(index / 16777216) + 1;
  return [first, (index >>> 16) & 255, (index >>> 8) & 255, index & 255].join(".");
}

function pairs(text: string, width: number, separator: string): string {
  return (text.match(new RegExp(`.{${width}}`, "g")) ?? []).join(separator);
}

const email: PersonalKind = {
  identifies: true,
  // Reserved domains: no message can reach a person.
  draw: (faker) => faker.internet.exampleEmail().toLowerCase(),
  distinct: fixed(tokens, (index, faker) =>
    withToken(faker.internet.exampleEmail().toLowerCase(), index, "@"),
  ),
};
const phone: PersonalKind = {
  draw: (faker) => faker.phone.number(),
  distinct: fixed(10n ** 7n, (index, faker) => digitsInto(faker.phone.number(), index, 7)),
};
const name: PersonalKind = {
  draw: (faker) => `${faker.person.firstName()} ${faker.person.lastName()}`,
  distinct: namePairs,
};
const address: PersonalKind = {
  draw: (faker) => `${faker.location.streetAddress()}, ${faker.location.city()}, ${faker.location.zipCode()}`,
};
const ipv4: PersonalKind = {
  draw: (faker) => faker.internet.ipv4(),
  distinct: fixed(223n * 2n ** 24n, (index) => octets(Number(index))),
};
const ipv6: PersonalKind = {
  draw: (faker) => faker.internet.ipv6(),
  distinct: fixed(2n ** 128n, (index) => pairs(hexadecimal(index, 32), 4, ":")),
};
const user: PersonalKind = {
  identifies: true,
  draw: (faker) => faker.internet.username(),
  distinct: fixed(tokens, (index, faker) => withToken(faker.internet.username(), index, "")),
};
const userAgent: PersonalKind = { draw: (faker) => faker.internet.userAgent() };
const postcode: PersonalKind = { draw: (faker) => faker.location.zipCode() };
const state: PersonalKind = { draw: (faker) => faker.location.state() };
const reservedDomains = ["example.com", "example.net", "example.org"];
const url: PersonalKind = {
  draw: (faker) => `https://${faker.internet.domainWord()}.${faker.helpers.arrayElement(reservedDomains)}/`,
};
const identifier: PersonalKind = {
  draw: (faker) => faker.string.uuid(),
  distinct: fixed(2n ** 122n, uuid),
};

/** The sdtypes of SDV's metadata, and what Python's Faker calls differently from Faker. */
export const personalKinds: Readonly<Record<string, PersonalKind>> = {
  name,
  full_name: name,
  first_name: { draw: (faker) => faker.person.firstName(), distinct: singleNames("first_name") },
  last_name: { draw: (faker) => faker.person.lastName(), distinct: singleNames("last_name") },
  email,
  phone_number: phone,
  address,
  street_address: { draw: (faker) => faker.location.streetAddress() },
  secondary_address: { draw: (faker) => faker.location.secondaryAddress() },
  street_name: { draw: (faker) => faker.location.street() },
  city: { draw: (faker) => faker.location.city() },
  administrative_unit: state,
  state,
  state_abbr: { draw: (faker) => faker.location.state({ abbreviated: true }) },
  postcode,
  zipcode: postcode,
  country: { draw: (faker) => faker.location.country() },
  country_code: { draw: (faker) => faker.location.countryCode() },
  latitude: { draw: (faker) => String(faker.location.latitude({ precision: 6 })), distinct: degrees(90) },
  longitude: { draw: (faker) => String(faker.location.longitude({ precision: 6 })), distinct: degrees(180) },
  ipv4_address: ipv4,
  ipv4,
  ipv6_address: ipv6,
  ipv6,
  mac_address: {
    identifies: true,
    draw: (faker) => faker.internet.mac(),
    distinct: fixed(2n ** 48n, (index) => pairs(hexadecimal(index, 12), 2, ":")),
  },
  user_agent_string: userAgent,
  user_agent: userAgent,
  user_name: user,
  username: user,
  ssn: {
    identifies: true,
    draw: (faker) => socialSecurity(faker.number.int({ min: 0, max: socialSecurityNumbers - 1 })),
    distinct: fixed(BigInt(socialSecurityNumbers), (index) => socialSecurity(Number(index))),
  },
  iban: {
    identifies: true,
    draw: (faker) => faker.finance.iban(),
    distinct: fixed(10n ** 9n, (index, faker) => ibanWithNumber(faker, index)),
  },
  swift8: { draw: (faker) => faker.finance.bic({ includeBranchCode: false }).slice(0, 8) },
  swift11: { draw: (faker) => faker.finance.bic({ includeBranchCode: true }).padEnd(11, "X") },
  credit_card_number: {
    identifies: true,
    draw: (faker) => luhnNumber(faker.string.numeric({ length: 14, allowLeadingZeros: true })),
    distinct: fixed(10n ** 14n, (index) => luhnNumber(String(index).padStart(14, "0"))),
  },
  vin: {
    identifies: true,
    draw: (faker) => faker.vehicle.vin(),
    distinct: fixed(33n ** 6n, (index, faker) => faker.vehicle.vin().slice(0, 11) + vinSerial(index)),
  },
  license_plate: { draw: (faker) => faker.helpers.replaceSymbols("???-####") },
  uuid: identifier,
  uuid4: identifier,
  company: { draw: (faker) => faker.company.name() },
  job: { draw: (faker) => faker.person.jobTitle() },
  domain_name: { draw: (faker) => faker.internet.domainName() },
  // Reserved domains, as for e-mail; Faker's own `url` is the first of several functions of that name.
  url,
  uri: url,
  date_of_birth: { draw: (faker) => faker.date.birthdate().toISOString().slice(0, 10) },
};

function camelCase(text: string): string {
  return text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

type FakerFunction = () => unknown;

/** A function of Faker by `module.function` or by its name alone, in camel or snake case. */
function fakerFunction(faker: Faker, sdtype: string): FakerFunction | undefined {
  const [first, second, ...more] = sdtype.split(".").map(camelCase);
  if (more.length > 0 || !first) return undefined;
  const modules = faker as unknown as Readonly<Record<string, unknown>>;
  const own = Object.keys(modules).filter((module) => !["helpers", "datatype"].includes(module));
  const candidates = second === undefined ? [...own, "datatype"] : [first, ...own].slice(0, 1);
  const wanted = second ?? first;
  for (const module of candidates) {
    const holder = modules[module];
    if (typeof holder !== "object" || holder === null || !(wanted in holder)) continue;
    const found = (holder as Readonly<Record<string, unknown>>)[wanted];
    if (typeof found !== "function" || wanted === "constructor" || wanted in Object.prototype) continue;
    return () => (found as FakerFunction).call(holder);
  }
  return undefined;
}

function asText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * The kind of an sdtype: a row above, or any function of Faker (`person.jobTitle`, `job_title`).
 *
 * @throws VerisimError `VERISIM_FAKER_UNKNOWN`
 */
export function personalKind(sdtype: string, faker: Faker): PersonalKind {
  if (Object.hasOwn(personalKinds, sdtype)) return personalKinds[sdtype]!;
  if (fakerFunction(faker, sdtype)) {
    return { draw: (other) => asText(fakerFunction(other, sdtype)!()) };
  }
  throw new VerisimError(
    "VERISIM_FAKER_UNKNOWN",
    `Expected a kind of personal value or a function of Faker but received ${JSON.stringify(sdtype)}.`,
    {
      hint: knownTextsHint("kinds", sdtype, Object.keys(personalKinds)),
    },
  );
}
