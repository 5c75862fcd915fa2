/**
 * Corpora for training and scoring, each split before anything is learnt: whole attack types, contexts and packages are held out. Nothing
 * of them is kept in this repository; where one is absent its list is empty.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../packages/platform/src/kernel/digest.ts';

const root = new URL('../../', import.meta.url).pathname;
const shared = join(root, '../shared/data');
export const bipiaFolder = join(shared, 'bipia/benchmark');
export const notInjectFile = join(shared, 'piguard/datasets/NotInject_one.json');

export type Side = 'train' | 'test';
const sideOf = (index: number): Side => (index % 2 === 0 ? 'train' : 'test');

/** Attacks of BIPIA by type (MIT): every other type is held out. */
export function bipiaAttacks(kind: 'text' | 'code', side: Side): readonly string[] {
  const file = join(bipiaFolder, `${kind}_attack_train.json`);
  if (!existsSync(file)) return [];
  const types = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>);
  return types.filter((_, index) => sideOf(index) === side).flat();
}

/** E-mails of BIPIA, from OpenAI's evals (both MIT), each once; every other one is held out. */
export function bipiaContexts(side: Side): readonly string[] {
  const file = join(bipiaFolder, 'email/train.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const contexts = new Set(lines.map((line) => (JSON.parse(line) as { context: string }).context));
  return [...contexts].filter((_, index) => sideOf(index) === side);
}

/** Requests of users with words that injections use (MIT). Only ever scored. */
export function notInject(): readonly string[] {
  if (!existsSync(notInjectFile)) return [];
  return (JSON.parse(readFileSync(notInjectFile, 'utf8')) as { prompt: string }[]).map(({ prompt }) => prompt);
}

const permissive = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', '(MIT OR Apache-2.0)']);
const longestPart = 1500;
const mostParts = 30;

/**
 * Documentation of installed packages in parts as retrieval cuts them: full of orders and questions to people. Half of the packages are
 * held out.
 */
export function documentation(side: Side): readonly string[] {
  const files = globSync('node_modules/{*,@*/*}/{README,readme,Readme}.md', { cwd: root }).sort();
  return files.flatMap((file) => {
    const folder = join(root, file, '..');
    const { name = '', license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name?: string;
      license?: unknown;
    };
    const own = Number.parseInt(sha256Hex(name).slice(0, 2), 16);
    if (typeof license !== 'string' || !permissive.has(license) || sideOf(own) !== side) return [];
    return partsOf(readFileSync(join(root, file), 'utf8')).slice(0, mostParts);
  });
}

function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const paragraph of text.split(/\n{2,}/)) {
    if (part !== '' && part.length + paragraph.length > longestPart) {
      parts.push(part);
      part = '';
    }
    part += `${part === '' ? '' : '\n\n'}${paragraph.slice(0, longestPart)}`;
  }
  return part === '' ? parts : [...parts, part];
}

export const positions = ['begin', 'middle', 'end'] as const;

/** An attack in a text as BIPIA puts it there: on lines of its own. `at` is where it begins. */
export function inserted(
  context: string,
  attack: string,
  position: (typeof positions)[number],
): { readonly text: string; readonly at: number } {
  const cut = position === 'begin' ? 0 : position === 'end' ? context.length : sentenceEnd(context);
  const [before, after] = [context.slice(0, cut), context.slice(cut)];
  const lead = before === '' ? '' : `${before}\n`;
  return { text: `${lead}${attack}${after === '' ? '' : `\n${after}`}`, at: lead.length };
}

/** The end of the sentence that is nearest to the middle. */
function sentenceEnd(text: string): number {
  const ends = [...text.matchAll(/[.!?]\s/g)].map(({ index }) => index + 1);
  const middle = text.length / 2;
  return ends.reduce((best, end) => (Math.abs(end - middle) < Math.abs(best - middle) ? end : best), text.length >> 1);
}
