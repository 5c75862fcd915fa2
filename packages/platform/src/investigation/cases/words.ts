/** Why a detection is where it is, and what an incident is called, in plain words. */
import type { Detection, Joined, NodeId } from '@firebreak/contract';
import type { Link } from './links.ts';
import type { FoundRoot } from './roots.ts';
import { rank } from './traits.ts';

const longestTitle = 200;

export function wordsOf({ rule, by, from }: Link): string {
  if (rule === 'identity' && 'key' in by) return `The same ${handOf(by.key)}.`;
  if ('held' in by) {
    const { held, is } = by;
    const what = is === 'took' ? 'took' : 'changed';
    return `${shortName(held.by)} ${what} ${shortName(held.node)} (${held.operation}) at ${new Date(held.at).toISOString()}, before this.`;
  }
  if (!('way' in by)) return '';
  const steps = by.way;
  const start = steps[0]?.from ?? from.principal ?? '';
  const end = steps.at(-1)?.to ?? '';
  const through = steps.map(({ type }) => type).join(', ');
  return `From ${shortName(start)} a short way leads to ${shortName(end)}: ${through}; the order of time allows it.`;
}

export function joinedBy(link: Link, id: string, isSeed: (id: string) => boolean): Joined {
  const other = link.from.id === id ? link.to.id : link.from.id;
  return { rule: link.rule, words: wordsOf(link), ...(isSeed(other) ? {} : { to: other }) };
}

function handOf(key: string): string {
  const [, is, what] = /^(node|session|about) (.*)$/s.exec(key) ?? [];
  if (is === 'node') return `identity or credential acted: ${shortName(what ?? '')}`;
  if (is === 'about') return `thing, with no actor named: ${shortName(what ?? '')}`;
  return `session acted: ${(what ?? key).replace(/^of \S+ /, '').slice(0, 80)}`;
}

/** `ServiceAccount ml-serving/predictor`: what people call it, without its system. */
export function shortName(id: NodeId): string {
  const [, kind, name] = /^[^:/]*:([^/]+)\/(.+)$/s.exec(id) ?? [];
  if (kind === undefined || name === undefined) return id.slice(0, 120);
  const arn = /^arn:[^/]*[/:](.+)$/.exec(name)?.[1];
  return `${kind} ${arn ?? name}`.slice(0, 120);
}

/** Who, then the severest of what was seen; the earliest among equals. */
export function titleOf(
  roots: readonly FoundRoot[],
  detections: readonly Pick<Detection, 'title' | 'severity' | 'first' | 'id'>[],
): string {
  const [worst, ...others] = [...detections].sort(
    (a, b) =>
      rank(b.severity) - rank(a.severity) || (a.first < b.first ? -1 : a.first > b.first ? 1 : a.id < b.id ? -1 : 1),
  );
  const who = roots[0] === undefined ? '' : `${shortName(roots[0].node)}: `;
  const titles = new Set(others.map(({ title }) => title).filter((title) => title !== worst?.title));
  const more = titles.size === 0 ? '' : `, and ${titles.size} more`;
  const what = (worst?.title ?? 'Detections').slice(0, Math.max(20, longestTitle - who.length - more.length));
  return `${who}${what}${more}`.slice(0, longestTitle);
}
