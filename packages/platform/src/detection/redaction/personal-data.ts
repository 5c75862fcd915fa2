/** Addresses and card numbers in a text, in one pass over it without backtracking. */
export interface Stretch {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const longestLocal = 64;
const longestDomain = 253;
const local = /[\p{L}\p{N}._%+'-]/u;
const domain = /[\p{L}\p{N}.-]/u;

/** Addresses of mail: a name, an at, a domain with a dot. What is before `@` in URLs with a password is found by the rules for secrets. */
export function* emailAddresses(text: string): Generator<Stretch> {
  let last = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > last && at - start < longestLocal && local.test(text[start - 1] ?? '')) start -= 1;
    let end = at + 1;
    while (end < text.length && end - at <= longestDomain && domain.test(text[end] ?? '')) end += 1;
    while (end > at + 1 && /[.-]/.test(text[end - 1] ?? '')) end -= 1;
    if (start === at || !/\.\p{L}{2,}$/u.test(text.slice(Math.max(at + 1, end - 30), end))) continue;
    yield { start, end };
    last = end;
  }
}

/** First digits and lengths that issuers have (ISO/IEC 7812): Visa, Mastercard, American Express, Discover, JCB, Diners Club, UnionPay. */
const issuers =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|6(?:011|5\d{2}|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14})$/;

/** Numbers of payment cards: digits with single spaces or dashes between, of an issuer, with the right check digit (Luhn). */
export function* cardNumbers(text: string): Generator<Stretch> {
  for (const found of text.matchAll(/\d(?:[ -]?\d){12,30}/g)) {
    const [written] = found;
    const before = text[found.index - 1] ?? ' ';
    const after = text[found.index + written.length] ?? ' ';
    // Part of a longer name, of an identifier or a fraction, is no number of a card.
    if (/[\w.-]/.test(before) || /[\w-]/.test(after)) continue;
    const digits = written.replace(/[ -]/g, '');
    if (issuers.test(digits) && isLuhn(digits)) yield { start: found.index, end: found.index + written.length };
  }
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    sum += at % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}
