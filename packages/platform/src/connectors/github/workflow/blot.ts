/**
 * Credentials that people wrote into a workflow: they stay where they are and are not carried into facts. Blotting keeps the
 * length, so that every place in the text stays true, and what a finding says ("a literal password stands here") too.
 */

/** Shapes that issuers chose so that they can be found. Every repetition is bounded or of one class: linear time. */
const shapes: readonly RegExp[] = [
  /gh[pousr]_[A-Za-z0-9]{20,255}/g,
  /github_pat_[A-Za-z0-9_]{20,255}/g,
  /glpat-[A-Za-z0-9_-]{20,255}/g,
  /(?:AKIA|ASIA)[A-Z0-9]{16}/g,
  /xox[abeprs]-[A-Za-z0-9-]{10,255}/g,
  /sk-[A-Za-z0-9_-]{20,255}/g,
  /hf_[A-Za-z0-9]{30,255}/g,
  /AIza[A-Za-z0-9_-]{35}/g,
  /npm_[A-Za-z0-9]{36}/g,
  /pypi-[A-Za-z0-9_-]{20,255}/g,
  /eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{1,20000}/g,
];
/** In a script: `DB_PASSWORD=…`, `--token …` written out. A reference (`$X`, `${{ … }}`) is none. */
const assigned =
  /((?:password|passwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)["']?[=:][ \t]?["']?)([^\s"'$`\\;|&()<>{}]{8,200})/gi;
const credentialKey = /password|passwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential/i;
/** Settings that carry such a word and hold none: switches, names, addresses. */
const harmless = /^(true|false|null|none|inherit|read|write|\d{0,6}|https?:\/\/[^@]*|[\w.-]*\/[\w./-]*)$/i;

/** @param key of the mapping that the text is the value of, where there is one. */
export function blot(text: string, key?: string): string {
  if (key !== undefined && credentialKey.test(key) && !text.includes('${{') && !harmless.test(text)) return stars(text);
  let blotted = text;
  for (const shape of shapes) blotted = blotted.replace(shape, stars);
  return blotted.replace(assigned, (_, before: string, value: string) => before + stars(value));
}

function stars(text: string): string {
  return text.replace(/[^\n]/g, '*');
}
