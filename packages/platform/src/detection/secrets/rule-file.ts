/**
 * A file of rules in the form of gitleaks' configuration (`[[rules]]` with id, regex, keywords, entropy, secretGroup, path, allowlists),
 * as TOML or as YAML with the same names → rules, and what was refused. Regular expressions of both are RE2's, so a file of gitleaks is
 * used as it stands. Rules of ours have four names more: `within`, `forms`, `rotate`, `identifier`.
 *
 * Understood otherwise than by gitleaks, because texts are not commits: `commits` of an allowlist is passed over, `[extend]` is warned
 * about (name the files instead), and rules that need other rules (`required`) or have only a `path` are refused.
 */
import { RE2JS } from 're2js';
import { parse as parseToml, TomlError } from 'smol-toml';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { array, type Foreign, field, record, text } from '../../intake/foreign.ts';
import type { Allowlist, SecretRule, SecretRules } from './secret-rule.ts';

export interface SecretRuleProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
  /** The rule was loaded all the same. */
  readonly warning?: true;
}

const longestFile = 4 << 20;
const mostRules = 5000;
const mostWords = 20_000;
const longestPattern = 16_384;
const largestProgram = 200_000;
/** How far from its keyword a match is looked for: far enough for a private key of 4096 bits, and less where no part may repeat without end. */
const farthest = 4096;
const usual = 1024;
const endless = /[^\\][*+]|\{\d+,\}/;

class Refusal extends Error {}

/** @param file its name, for people; `.yaml` and `.yml` are YAML, all else TOML */
export function readSecretRules(
  file: string,
  source: string,
): SecretRules & { readonly problems: readonly SecretRuleProblem[] } {
  const nothing = { rules: [], allowlists: [] };
  if (source.length > longestFile)
    return { ...nothing, problems: [{ file, line: 1, reason: `It is longer than ${longestFile} characters.` }] };
  let root: unknown;
  try {
    root = /\.ya?ml$/i.test(file) ? parseYaml(source, { maxAliasCount: 0 }) : parseToml(source);
  } catch (error) {
    return { ...nothing, problems: [{ file, ...brokenAt(error) }] };
  }
  const lineOf = lineFinder(source);
  const problems: SecretRuleProblem[] = [];
  const rules = new Map<string, SecretRule>();
  const listed = array(field(root, 'rules'));
  if (listed.length === 0) problems.push({ file, line: 1, reason: 'It has no `rules`.' });
  if (field(root, 'extend') !== undefined)
    problems.push({
      file,
      line: lineOf('extend'),
      reason: '`extend` is not followed: name those files as well.',
      warning: true,
    });
  for (const each of listed.slice(0, mostRules)) {
    const id = text(field(each, 'id')) ?? '';
    try {
      if (rules.has(id)) throw new Refusal(`There are two rules \`${id}\`.`);
      rules.set(id, readRule(each));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ file, line: lineOf(id), reason: `${id === '' ? 'A rule without id' : id}: ${error.message}` });
    }
  }
  if (listed.length > mostRules)
    problems.push({ file, line: 1, reason: `Only the first ${mostRules} rules were read.` });
  let allowlists: readonly Allowlist[] = [];
  try {
    allowlists = allowlistsOf(record(root) ?? {});
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problems.push({ file, line: lineOf('allowlist'), reason: error.message });
  }
  return { rules: [...rules.values()], allowlists, problems };
}

function readRule(value: unknown): SecretRule {
  const id = text(field(value, 'id'));
  if (id === undefined || id === '' || id.length > 200) throw new Refusal('It has no `id`.');
  if (array(field(value, 'required')).length > 0) throw new Refusal('Rules that need other rules are not understood.');
  const pattern = text(field(value, 'regex'));
  if (pattern === undefined) throw new Refusal('It has no `regex`; rules about paths alone are not understood.');
  const path = text(field(value, 'path'));
  const within = field(value, 'within');
  const regex = compiled(pattern);
  const secretGroup = numberIn(value, 'secretGroup');
  if (secretGroup > regex.groupCount())
    throw new Refusal(`\`secretGroup\` is ${secretGroup}, and there are ${regex.groupCount()} groups.`);
  return {
    id,
    description: (text(field(value, 'description')) ?? id).slice(0, 500),
    regex,
    secretGroup,
    entropy: numberIn(value, 'entropy'),
    keywords: textsIn(value, 'keywords').map((word) => word.toLowerCase()),
    path: path === undefined ? undefined : compiled(path),
    allowlists: allowlistsOf(record(value) ?? {}),
    within:
      typeof within === 'number' && within > 0 ? Math.min(within, farthest) : endless.test(pattern) ? farthest : usual,
    generic: field(value, 'generic') === true || id.startsWith('generic'),
    identifier: field(value, 'identifier') === true,
    forms: textsIn(value, 'forms'),
    rotate: text(field(value, 'rotate')),
  };
}

/** gitleaks had `allowlist` before it had `allowlists`. */
function allowlistsOf(owner: Foreign): readonly Allowlist[] {
  const old = owner.allowlist === undefined ? [] : [owner.allowlist];
  return [...old, ...array(owner.allowlists)].map((value) => {
    const target = text(field(value, 'regexTarget')) ?? 'secret';
    return {
      regexes: textsIn(value, 'regexes').map(compiled),
      target: target === 'match' || target === 'line' ? target : 'secret',
      stopwords: textsIn(value, 'stopwords').map((word) => word.toLowerCase()),
      paths: textsIn(value, 'paths').map(compiled),
      all: /^and$/i.test(text(field(value, 'condition')) ?? ''),
    };
  });
}

function compiled(pattern: string): RE2JS {
  if (pattern.length > longestPattern) throw new Refusal(`A pattern is longer than ${longestPattern} characters.`);
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (error) {
    throw new Refusal(`A pattern cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (regex.programSize() > largestProgram) throw new Refusal('A pattern is too large.');
  return regex;
}

function numberIn(value: unknown, name: string): number {
  const found = field(value, name) ?? 0;
  if (typeof found !== 'number' || !(found >= 0)) throw new Refusal(`\`${name}\` is no number from 0 on.`);
  return found;
}

function textsIn(value: unknown, name: string): readonly string[] {
  const found = field(value, name);
  if (found === undefined) return [];
  if (
    !Array.isArray(found) ||
    found.length > mostWords ||
    !found.every((each) => typeof each === 'string' && each !== '')
  )
    throw new Refusal(`\`${name}\` is no list of texts.`);
  return found as readonly string[];
}

function brokenAt(error: unknown): { readonly line: number; readonly reason: string } {
  if (error instanceof TomlError) return { line: error.line, reason: firstLine(error.message) };
  if (error instanceof YAMLParseError) return { line: error.linePos?.[0].line ?? 1, reason: firstLine(error.message) };
  if (error instanceof Error) return { line: 1, reason: firstLine(error.message) };
  throw error;
}

const firstLine = (message: string) => message.split('\n', 1)[0] ?? '';

/** Neither parser tells places: a rule is found by its id, which stands in the file once. */
function lineFinder(source: string): (word: string) => number {
  const lines = source.split('\n');
  return (word) => {
    const at = word === '' ? -1 : lines.findIndex((line) => line.includes(word) && /^\s*(?:-\s*)?(?:id|\[)/.test(line));
    return at === -1 ? 1 : at + 1;
  };
}
