/** Labelled events of others, and the two sets of rules that are asked about them: ours, and the shared ones of SigmaHQ. */
import { readdir, readFile } from 'node:fs/promises';
import { readLogSources, readRuleFolder } from '../../packages/platform/src/cli/rule-folder.ts';
import { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import type { Level } from '../../packages/platform/src/detection/sigma/language/rule.ts';

export const data = new URL('../../../shared/data/', import.meta.url);
const panther = new URL('panther/', data);
const stratus = new URL('stratus/', data);

/** An event that is, or is not, what one rule of Panther is about. `false` says nothing about other rules. */
export interface Labelled {
  /** The log type as we claim it. */
  readonly log: string;
  readonly rule: string;
  readonly test: string;
  readonly severity: string;
  readonly expected: boolean;
  readonly event: object;
  /** What it is an event of. */
  readonly source: string;
}

/** What is claimed: files of these log types, and the sources that we recognise in them. */
const claimed = [
  { log: 'CloudTrail', file: /^rule__AWS\.CloudTrail\.jsonl$/, source: 'aws-cloudtrail' },
  { log: 'GitHub audit', file: /^rule__GitHub\.Audit\.jsonl$/, source: 'github-audit' },
  { log: 'EKS audit', file: /^rule__Amazon\.EKS\.Audit.*\.jsonl$/, source: 'kubernetes-audit' },
  { log: 'OpenAI audit', file: /^rule__OpenAI\.Audit\.jsonl$/, source: 'openai-audit' },
  { log: 'Anthropic activity', file: /^rule__Anthropic\.Activity\.jsonl$/, source: 'anthropic-activity' },
] as const;

export async function labelledEvents(engine: SigmaEngine) {
  const events: Labelled[] = [];
  /** Events of other systems in the same files, or too bare to be told apart: asked of nobody, and counted. */
  const unread: Record<string, number> = {};
  for (const name of (await readdir(panther)).sort()) {
    const kind = claimed.find(({ file }) => file.test(name));
    if (kind === undefined) continue;
    for (const line of (await readFile(new URL(name, panther), 'utf8')).split('\n')) {
      if (line === '') continue;
      const { mocked, rule, test, severity, expected, event } = JSON.parse(line) as Labelled & { mocked: boolean };
      if (mocked) continue;
      const source = engine.judge(event).source ?? (isBareAudit(event) ? 'kubernetes-audit' : '');
      if (source.startsWith(kind.source)) events.push({ log: kind.log, rule, test, severity, expected, event, source });
      else unread[kind.log] = (unread[kind.log] ?? 0) + 1;
    }
  }
  return { events, unread };
}

/** Many audit events of that corpus leave out `apiVersion`, which every real one has and by which they are recognised. */
function isBareAudit(event: object): boolean {
  return 'kind' in event && event.kind === 'Event' && 'verb' in event && !('apiVersion' in event);
}

export interface Detonation {
  readonly technique: string;
  readonly events: readonly object[];
}

export async function detonations(): Promise<readonly Detonation[]> {
  const known = JSON.parse(await readFile(new URL('expected.json', stratus), 'utf8')) as {
    technique: string;
    log?: string | null;
  }[];
  return await Promise.all(
    known.flatMap(({ technique, log }) =>
      typeof log === 'string'
        ? [
            readFile(new URL(log, stratus), 'utf8').then((text) => {
              const read = JSON.parse(text) as object | object[];
              return { technique, events: inOrder(Array.isArray(read) ? read : [read]) };
            }),
          ]
        : [],
    ),
  );
}

/** The logs lie there newest first; a stream has them as they happened. */
function inOrder(events: readonly object[]): readonly object[] {
  const time = (event: object) => String((event as { eventTime?: unknown }).eventTime ?? '');
  return [...events].sort((a, b) => (time(a) < time(b) ? -1 : 1));
}

export async function engineWith(folder: URL): Promise<SigmaEngine> {
  const { signal } = new AbortController();
  const engine = new SigmaEngine({ sources: await readLogSources(undefined, signal) });
  const { problems } = engine.load((await readRuleFolder(folder.pathname, signal)).rules);
  const refused = problems.filter(({ warning }) => warning !== true);
  if (refused.length > 0) throw new Error(`rules refused: ${JSON.stringify(refused)}`);
  return engine;
}

export const ownRules = new URL('../../content/rules/', import.meta.url);
export const sharedRules = new URL('sigma/rules/', data);

const order: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** Whether a finding of that level wakes somebody at `least`. */
export function reaches(level: Level | undefined, least: Level): boolean {
  return order.indexOf(level ?? 'medium') >= order.indexOf(least);
}
