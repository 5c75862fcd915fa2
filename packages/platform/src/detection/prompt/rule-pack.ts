/**
 * A file of rules on what injections say → rules, and what was refused. A pack is a YAML map:
 *
 *     pack: override
 *     rules:
 *       - id: set-aside
 *         title: Tells the model to set its instructions aside
 *         where: anywhere            # or `data`: only in text that nobody asked for advice (documents, mails, answers of tools)
 *         weight: 5                  # from 2 on worth a look, from 4 on an injection
 *         phrases: [ignore all previous instructions]
 *         needs: [ignore, disregard] # what a pattern is worth trying for; it is tried around these
 *         patterns: ['(?:ignore|disregard)\s+(?:\w+\s+){0,4}instructions']
 *         tags: [llm01.2025, atlas.aml.t0051]
 *         examples: {positive: [...], negative: [...]}
 *
 * What must stay true: a bad rule is refused with file, line and reason and costs no other; patterns are RE2, so that none can take
 * more than linear time on foreign text.
 */
import { RE2JS } from 're2js';
import type { Marked, MarkedMap } from '../../intake/marked-yaml.ts';
import { readMarkedYaml } from '../../intake/marked-yaml.ts';

export interface PromptRule {
  /** `<pack>/<id>`. */
  readonly id: string;
  readonly title: string;
  readonly where: 'anywhere' | 'data';
  readonly weight: number;
  readonly phrases: readonly string[];
  readonly needs: readonly string[];
  readonly patterns: readonly RE2JS[];
  readonly tags: readonly string[];
  readonly positive: readonly string[];
  readonly negative: readonly string[];
}

export interface PackProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

const mostRules = 2000;
const mostTexts = 2000;
const mostUnits = 400;
const fewestUnits = 3;
const largestProgram = 20_000;
const keys = ['id', 'title', 'where', 'weight', 'phrases', 'needs', 'patterns', 'tags', 'examples'];

/** What is wrong with a rule. It never leaves this file. */
class Refusal extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** @param file for people */
export function readPromptPack(
  file: string,
  source: string,
): { readonly rules: readonly PromptRule[]; readonly problems: readonly PackProblem[] } {
  const read = readMarkedYaml(source);
  if (!read.ok) return { rules: [], problems: [{ file, line: read.line, reason: read.reason }] };
  const problems: PackProblem[] = [];
  const rules = new Map<string, PromptRule>();
  const refusing = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ file, line: error.line, reason: error.message });
    }
  };
  refusing(() => {
    const root = mapOf(read.root, 1, 'The file');
    const pack = textIn(root, 'pack');
    const list = entry(root, 'rules');
    if (list?.kind !== 'list') throw new Refusal(root.line, 'The file has no list `rules`.');
    if (list.items.length > mostRules) throw new Refusal(list.line, `It has more than ${mostRules} rules.`);
    for (const item of list.items)
      refusing(() => {
        const rule = readRule(pack, item);
        if (rules.has(rule.id)) throw new Refusal(item.line, `There are two rules \`${rule.id}\`.`);
        rules.set(rule.id, rule);
      });
  });
  return { rules: [...rules.values()], problems };
}

function readRule(pack: string, item: Marked): PromptRule {
  const map = mapOf(item, item.line, 'A rule');
  for (const { key, line } of map.entries)
    if (!keys.includes(key)) throw new Refusal(line, `A rule has no \`${key.slice(0, 40)}\`.`);
  const phrases = textsIn(map, 'phrases').map((each) => each.trim().replace(/\s+/g, ' '));
  const needs = textsIn(map, 'needs');
  const patterns = patternsIn(map);
  if (phrases.length + patterns.length === 0) throw new Refusal(map.line, 'A rule has neither phrases nor patterns.');
  if (patterns.length > 0 && needs.length === 0)
    throw new Refusal(map.line, 'A rule with patterns has no `needs`: the words that they are tried around.');
  for (const text of [...phrases, ...needs])
    if (text.length < fewestUnits || text.length > mostUnits)
      throw new Refusal(map.line, `A phrase or need is not ${fewestUnits} to ${mostUnits} characters long.`);
  const where = entry(map, 'where') === undefined ? 'anywhere' : textIn(map, 'where');
  if (where !== 'anywhere' && where !== 'data')
    throw new Refusal(map.line, '`where` is neither `anywhere` nor `data`.');
  const weight = entry(map, 'weight');
  const value = weight?.kind === 'scalar' ? weight.value : undefined;
  if (typeof value !== 'number' || value <= 0 || value > 20)
    throw new Refusal(weight?.line ?? map.line, '`weight` is no number above 0 and up to 20.');
  const examples = entry(map, 'examples');
  const cases = examples === undefined ? undefined : mapOf(examples, examples.line, '`examples`');
  return {
    id: `${pack}/${textIn(map, 'id')}`,
    title: textIn(map, 'title'),
    where,
    weight: value,
    phrases,
    needs,
    patterns,
    tags: textsIn(map, 'tags'),
    positive: cases === undefined ? [] : textsIn(cases, 'positive'),
    negative: cases === undefined ? [] : textsIn(cases, 'negative'),
  };
}

function patternsIn(map: MarkedMap): readonly RE2JS[] {
  return textsIn(map, 'patterns').map((pattern) => {
    const line = entry(map, 'patterns')?.line ?? map.line;
    let compiled: RE2JS;
    try {
      compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    } catch (error) {
      throw new Refusal(line, `A pattern cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    }
    if (compiled.programSize() > largestProgram) throw new Refusal(line, 'A pattern is too large.');
    if (compiled.matches('')) throw new Refusal(line, 'A pattern matches nothing at all, so every text.');
    return compiled;
  });
}

function mapOf(value: Marked | undefined, line: number, what: string): MarkedMap {
  if (value?.kind !== 'map') throw new Refusal(line, `${what} is no map.`);
  return value;
}

function entry(map: MarkedMap, name: string): Marked | undefined {
  return map.entries.find(({ key }) => key === name)?.value;
}

function textIn(map: MarkedMap, name: string): string {
  const value = entry(map, name);
  if (value?.kind !== 'scalar' || value.value === null || value.text === '' || value.text.length > mostUnits)
    throw new Refusal(value?.line ?? map.line, `\`${name}\` is no text.`);
  return value.text;
}

function textsIn(map: MarkedMap, name: string): readonly string[] {
  const value = entry(map, name);
  if (value === undefined) return [];
  if (value.kind !== 'list' || value.items.length > mostTexts) throw new Refusal(value.line, `\`${name}\` is no list.`);
  return value.items.map((item) => {
    if (item.kind !== 'scalar' || item.value === null)
      throw new Refusal(item.line, `\`${name}\` has an entry that is no text.`);
    return item.text;
  });
}
