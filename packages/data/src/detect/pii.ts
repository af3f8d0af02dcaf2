// Personal data by a column's name and content. A name alone is not enough (a column called `phone` may hold brands),
// so every kind has a test that most of the different cells must pass; distinctive kinds need no name.

export interface PiiKind {
  readonly sdtype: string;
  /** Matches the name in lower case with words parted by single underscores. */
  readonly name: RegExp;
  readonly content: (text: string) => boolean;
  /** Found by content alone, whatever the name. */
  readonly distinctive: boolean;
  /** Places and the like: personal only where nearly every row has its own; otherwise useful categories. */
  readonly coarse: boolean;
}

/** Share of the different cells that must look like the kind. */
const nameShare = 0.7;
const contentShare = 0.95;
const sampleSize = 2000;

const letters = /^\p{L}[\p{L}\p{M}'’.\- ]*$/u;
const words = (text: string): number => text.trim().split(/\s+/).length;
const digitsOf = (text: string): string => text.replace(/\D/g, "");

function isPhone(text: string): boolean {
  const digits = digitsOf(text).length;
  return digits >= 6 && digits <= 18 && /^[+(\d][\d\s().\-/+]*(?:\s?(?:x|ext\.?)\s?\d+)?$/i.test(text);
}

/** ISO 13616: the check digits of an IBAN, modulo 97. */
function isIban(text: string): boolean {
  const plain = text.replaceAll(" ", "");
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** ISO/IEC 7812: 13 to 19 digits whose Luhn sum is a multiple of ten. */
export function isCardNumber(text: string): boolean {
  if (!/^\d[\d -]{11,22}\d$/.test(text)) return false;
  const digits = digitsOf(text);
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/.test(digits);
}

const personName =
  /^(?:\p{Lu}\p{Ll}+(?:[-'’]\p{Lu}\p{Ll}+)*|\p{Lu}\.|O['’]\p{Lu}\p{Ll}+)(?: (?:\p{Lu}[\p{Ll}\p{Lu}]*[-'’.\p{L}]*|van|von|de|der|da|di|la|le|bin|al))+$/u;

const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

function kind(
  sdtype: string,
  name: RegExp,
  content: RegExp | ((text: string) => boolean),
  options: { distinctive?: boolean; coarse?: boolean } = {},
): PiiKind {
  return {
    sdtype,
    name,
    content: content instanceof RegExp ? (text) => content.test(text) : content,
    distinctive: options.distinctive ?? false,
    coarse: options.coarse ?? false,
  };
}

const byContent = { distinctive: true };
const coarse = { coarse: true };

/** In order: the first kind that fits is taken. */
export const piiKinds: readonly PiiKind[] = [
  kind("email", /(^|_)e_?mails?(_|$)/, /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/, byContent),
  kind("ipv4_address", /(^|_)ip(v4)?(_|$)/, ipv4, byContent),
  kind("ipv6_address", /(^|_)ip(v6)?(_|$)/, /^(?=.*:.*:)[0-9a-f:]{3,39}$/i),
  kind("mac_address", /(^|_)mac(_|$)/, /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i, byContent),
  kind("iban", /(^|_)iban(_|$)/, isIban, byContent),
  kind("credit_card_number", /card_?(no|nr|num|number)?$|^(cc|pan)(_|$)/, isCardNumber, byContent),
  kind("ssn", /(^|_)(ssn|social_security)/, /^\d{3}-?\d{2}-?\d{4}$/),
  kind("swift11", /(^|_)(swift|bic)/, /^[A-Z]{6}[A-Z0-9]{5}$/),
  kind("swift8", /(^|_)(swift|bic)/, /^[A-Z]{6}[A-Z0-9]{2}$/),
  kind("vin", /(^|_)vin(_|$)/, /^[A-HJ-NPR-Z0-9]{17}$/),
  kind("license_plate", /(^|_)(license|licence|number|registration)_plate/, /^[A-Z0-9][A-Z0-9 -]{2,11}$/),
  kind("user_agent_string", /user_agent/, /^[A-Za-z][\w.-]*\/\d.*[(;/]/, byContent),
  kind("url", /(^|_)(url|uri|link|website|homepage)(_|$)/, /^(?:https?|ftp):\/\/\S+$/i, byContent),
  kind("phone_number", /(^|_)(phone|telephone|tel|mobile|cell|fax)(_|$)|phone/, isPhone),
  kind("first_name", /(^|_)(first|given|fore)_?names?$/, (text) => letters.test(text) && words(text) <= 3),
  kind(
    "last_name",
    /(^|_)(last|family|sur|second)_?names?$/,
    (text) => letters.test(text) && words(text) <= 4,
  ),
  kind(
    "name",
    /^((full|customer|client|person|patient|employee|contact|owner|card_?holder|passenger|student|user)_?)name$/,
    (text) => letters.test(text) && words(text) >= 2 && words(text) <= 6 && /^\p{Lu}/u.test(text),
  ),
  // A column that is only called `name` may hold songs or products: every word must look like part of a name.
  kind("name", /^names?$/, personName),
  kind(
    "street_address",
    /(^|_)(street|address|addr|strasse|straße)(_?(line_?)?1)?(_|$)/,
    (text) => /\d/.test(text) && /\p{L}{2}/u.test(text),
  ),
  kind("city", /(^|_)(city|town|municipality|ort|stadt)$/, letters, coarse),
  kind("postcode", /(^|_)(post_?code|postal_?code|zip|zip_?code|plz)$/, /^[A-Z0-9][A-Z0-9 -]{2,9}$/i, coarse),
];

/** A column's name in lower case, its words parted by single underscores. */
export function plainName(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .toLowerCase();
}

/** The kind of personal data in a column, or null. `distinctShare` is different cells per present cell. */
export function detectPii(name: string, texts: readonly string[], distinctShare: number): PiiKind | null {
  if (texts.length === 0) return null;
  const plain = plainName(name);
  const step = Math.max(1, Math.floor(texts.length / sampleSize));
  const shareOf = (content: (text: string) => boolean): number => {
    let passed = 0;
    let seen = 0;
    for (let i = 0; i < texts.length; i += step) {
      seen++;
      if (content(texts[i]!)) passed++;
    }
    return passed / seen;
  };
  for (const candidate of piiKinds) {
    const named = candidate.name.test(plain);
    if (!named && !candidate.distinctive) continue;
    if (candidate.coarse && distinctShare < 0.5) continue;
    const share = shareOf(candidate.content);
    if (named ? share >= nameShare : share >= contentShare && texts.length >= 3) return candidate;
  }
  return null;
}
