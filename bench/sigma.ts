/**
 * The detection engine: events a second on one core with all shared and own rules, beside rsigma (Rust) in the same run on the
 * same events, findings compared; memory against the number of rules; memory of correlations against the number of groups, up to
 * a million, and past a bound.
 *
 *     node bench/sigma.ts [--rounds 20] [--groups 1000000]
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readLogSources, readRuleFolder } from '../packages/platform/src/cli/rule-folder.ts';
import { SigmaEngine } from '../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import type { RuleText } from '../packages/platform/src/detection/sigma/language/read-rules.ts';
import { askRsigma, timeRsigma } from '../scenarios/sigma/peers.ts';
import { labelledEvents, sharedRules } from '../scenarios/sigma/shared-corpus.ts';
import { clearMemory, median, printTable } from './measure.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, groups: { type: 'string', default: '1000000' } },
});
const rounds = Number(options.rounds);
const signal = new AbortController().signal;
installPeer();

const sources = await readLogSources(undefined, signal);
const ownFolder = new URL('../content/rules/', import.meta.url).pathname;
const files = [...(await sharedRules()), ...(await readRuleFolder(ownFolder, signal)).rules];
const detections = files.flatMap(({ text }) => text.split(/^---$/m)).filter((text) => /^detection:/m.test(text));
const engine = engineWith(detections.map((text, at) => ({ file: `${at}.yml`, text })));
const events = (await labelledEvents()).flatMap(({ event }) => {
  const logsource = sources.find(({ id }) => id === engine.judge(event).source)?.logsource;
  return logsource === undefined ? [] : [{ event, logsource }];
});

async function throughput(): Promise<void> {
  const ours = events.map(({ event }) =>
    engine
      .judge(event)
      .rules.map(({ id }) => id)
      .sort(),
  );
  const theirs = (await askRsigma(detections, events)).found;
  const differences = ours.filter((ids, at) => JSON.stringify(ids) !== JSON.stringify(theirs[at])).length;
  const texts = events.map(({ event }) => JSON.stringify(event));
  const own: number[] = [];
  const parsing: number[] = [];
  const peer: number[] = [];
  // In turns, so that whatever else the machine does falls on all alike.
  for (let turn = -1; turn < 5; turn += 1) {
    const start = performance.now();
    for (let round = 0; round < rounds; round += 1) for (const { event } of events) engine.judge(event);
    const judged = performance.now();
    for (let round = 0; round < rounds; round += 1) for (const text of texts) engine.judge(JSON.parse(text) as object);
    const parsed = performance.now();
    const { nanoseconds } = await timeRsigma(detections, events, rounds);
    if (turn < 0) continue;
    own.push(judged - start);
    parsing.push(parsed - judged);
    peer.push(nanoseconds / 1e6);
  }
  const count = events.length * rounds;
  const perSecond = (times: readonly number[]) => Math.round((count / median(times)) * 1000).toLocaleString('en');
  console.log(
    `${detections.length} rules, ${events.length} labelled events × ${rounds}; events with other findings: ${differences}\n`,
  );
  printTable(
    ['one core', 'events a second'],
    [
      ['ours: recognise, map, judge', perSecond(own)],
      ['ours, JSON parsed as well', perSecond(parsing)],
      ['rsigma: judge', perSecond(peer)],
    ],
  );
  if (differences > 0) throw new Error('the findings differ');
}

function rulesMemory(): void {
  const rows: string[][] = [];
  for (const count of [100, 1000, 5000]) {
    clearMemory();
    const before = process.memoryUsage();
    const many = Array.from({ length: count }, (_, at) => ({ file: `${at}.yml`, text: varied(at) }));
    const start = performance.now();
    const made = engineWith(many);
    for (const { event } of events.slice(0, 200)) made.judge(event);
    const took = performance.now() - start;
    many.length = 0;
    clearMemory();
    const after = process.memoryUsage();
    const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    rows.push([String(count), `${(used / 2 ** 20).toFixed(1)} MiB`, `${Math.round(took)} ms`]);
    // Used after the measurement, so that it is not cleared away before.
    made.advance(0);
  }
  console.log();
  printTable(['rules', 'memory', 'to load, compile and judge 200 events'], rows);
}

/** A rule like another, with values of its own. */
function varied(at: number): string {
  const text = detections[at % detections.length] ?? '';
  return text
    .replace(/^id: .*$/m, `id: varied-${at}`)
    .replace(/^name: .*$/m, '')
    .replace(
      /^( +(?:- |[\w.|]+: ))'?([A-Z][A-Za-z]{5,})'?$/gm,
      (_, before: string, value: string) => `${before}'${value}${at}'`,
    );
}

const counted = `title: a
id: a
name: a
logsource: {product: bench}
detection:
  s: {a: 1}
  condition: s
---
title: many
id: many
correlation:
  type: event_count
  rules: [a]
  group-by: [u]
  timespan: 1h
  condition: {gte: 100}
`;

function groupsMemory(most: number): void {
  const rows = [groupsRun(most / 10, most), groupsRun(most, most), groupsRun(most * 2, 200_000)];
  console.log();
  printTable(['groups seen', 'kept', 'given up, counted', 'memory', 'events a second'], rows);
}

/** In a function of its own, so that what the run before used is gone when this one begins. */
function groupsRun(groups: number, maxGroups: number): string[] {
  clearMemory();
  const before = process.memoryUsage().heapUsed;
  const counting = new SigmaEngine({
    sources: [
      {
        id: 'any',
        logsource: { product: 'bench' },
        recognise: [],
        eventId: [],
        time: ['t'],
        transformations: [],
        vars: new Map(),
      },
    ],
    correlation: { maxGroups },
  });
  counting.load([{ file: 'r.yml', text: counted }]);
  const start = performance.now();
  for (let at = 0; at < groups; at += 1)
    counting.judge({ a: 1, u: `user-${at}@example.com`, t: 1_767_225_600_000 + (at % 1000) }, { source: 'any' });
  const took = performance.now() - start;
  clearMemory();
  const used = process.memoryUsage().heapUsed - before;
  const { groups: kept, lost } = counting.counts;
  const speed = Math.round((groups / took) * 1000);
  return [groups, kept, lost.groups, `${(used / 2 ** 20).toFixed(0)} MiB`, speed].map((cell) =>
    cell.toLocaleString('en'),
  );
}

function engineWith(rules: readonly RuleText[]): SigmaEngine {
  const made = new SigmaEngine({ sources });
  const { problems } = made.load(rules);
  const refused = problems.filter(({ warning }) => warning !== true);
  if (refused.length > 0) throw new Error(`${refused.length} rules were refused: ${refused[0]?.reason}`);
  return made;
}

function installPeer(): void {
  if (process.env.FIREBREAK_SIGMA_PEER !== undefined) return;
  const script = new URL('../peers/sigma/install', import.meta.url).pathname;
  for (const line of execFileSync(script, { encoding: 'utf8' }).split('\n')) {
    const [, name, value] = line.match(/^(\w+)=(.*)$/) ?? [];
    if (name !== undefined) process.env[name] = value;
  }
}

await throughput();
rulesMemory();
groupsMemory(Number(options.groups));
