/** The shared Sigma rules and labelled events, read where they lie. */
import { readdir, readFile } from 'node:fs/promises';
import { readLogSources, readRuleFolder } from '../../packages/platform/src/cli/rule-folder.ts';
import { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import type { RuleText } from '../../packages/platform/src/detection/sigma/language/read-rules.ts';

export const shared = new URL('../../../shared/data/sigma/', import.meta.url);
const panther = new URL('../panther/', shared);
const stratus = new URL('../stratus/docs/detonation-logs/', shared);

export async function sharedRules(): Promise<readonly RuleText[]> {
  return (await readRuleFolder(new URL('rules/', shared).pathname, new AbortController().signal)).rules;
}

export async function sharedEngine() {
  const sources = await readLogSources(undefined, new AbortController().signal);
  const engine = new SigmaEngine({ sources });
  const files = await sharedRules();
  engine.load(files);
  return { engine, sources, files };
}

export interface LabelledEvent {
  /** Log type as Panther names it, or `stratus`. */
  readonly log: string;
  readonly event: object;
}

/** Audit events of the systems that the shared rules are about. */
export async function labelledEvents(): Promise<readonly LabelledEvent[]> {
  const events: LabelledEvent[] = [];
  for (const name of (await readdir(panther)).sort()) {
    const log = /^rule__(AWS\.CloudTrail|Amazon\.EKS\.Audit|GitHub\.Audit)\.jsonl$/.exec(name)?.[1];
    if (log === undefined) continue;
    for (const line of (await readFile(new URL(name, panther), 'utf8')).split('\n'))
      if (line !== '') events.push({ log, event: (JSON.parse(line) as { event: object }).event });
  }
  for (const name of (await readdir(stratus)).sort()) {
    const read = JSON.parse(await readFile(new URL(name, stratus), 'utf8')) as object | object[];
    for (const event of Array.isArray(read) ? read : [read]) events.push({ log: 'stratus', event });
  }
  return events;
}
