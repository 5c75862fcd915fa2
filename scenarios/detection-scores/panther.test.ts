/**
 * Panther's unit tests as labelled events: on how many of the events that some rule of theirs is about does one of ours speak, and
 * on how many that it must keep silent about. Floors are a little below what was measured: they catch what gets worse.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import type { DetectionRule, Level } from '../../packages/platform/src/detection/sigma/language/rule.ts';
import { data, engineWith, type Labelled, labelledEvents, ownRules, reaches, sharedRules } from './corpus.ts';

interface Reviewed {
  readonly alarms: readonly { log: string; test: string; rule: string; right: boolean; why: string }[];
  readonly missed: readonly { log: string; test: string; why: string }[];
}

/** Least recall (of any level, of medium and above), and least precision after review. */
const floors: Readonly<Record<string, readonly [all: number, medium: number, precision: number]>> = {
  CloudTrail: [0.86, 0.62, 0.94],
  'GitHub audit': [0.96, 0.57, 1],
  'EKS audit': [0.74, 0.68, 0.9],
  'OpenAI audit': [0.9, 0.9, 1],
  'Anthropic activity': [1, 0.4, 1],
};
/** An alarm of a rule for Kubernetes that nobody looked at counts as wrong, and only the floor holds it. */
const reviewedHere = (log: string) => log !== 'EKS audit';

const present = existsSync(data);
let events: readonly Labelled[] = [];
let unread: Readonly<Record<string, number>> = {};
let own: SigmaEngine;
let shared: SigmaEngine;
let reviewed: Reviewed;

beforeAll(async () => {
  if (!present) return;
  own = await engineWith(ownRules);
  shared = await engineWith(sharedRules);
  ({ events, unread } = await labelledEvents(own));
  reviewed = parse(await readFile(new URL('reviewed.yaml', import.meta.url), 'utf8')) as Reviewed;
});

const speaks = (
  engine: SigmaEngine,
  { event, source }: Labelled,
  least: Level = 'informational',
): readonly DetectionRule[] => engine.judge(event, { source }).rules.filter(({ level }) => reaches(level, least));

const logs = Object.keys(floors);
const ofLog = (log: string, expected: boolean) =>
  events.filter((event) => event.log === log && event.expected === expected);
const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
const shown = (part: number, whole: number) => `${part}/${whole} ${(100 * share(part, whole)).toFixed(0)} %`;

/** Alarms of ours on events labelled `false`, one for each rule. */
function alarms(log: string) {
  return ofLog(log, false).flatMap((event) =>
    speaks(own, event).map(({ title, level }) => ({ log, test: event.test, rule: title, level })),
  );
}
const isRight = ({ log, test: name, rule }: { log: string; test: string; rule: string }) =>
  reviewed.alarms.some((each) => each.right && each.log === log && each.test === name && each.rule === rule);

describe.skipIf(!present)('labelled events of Panther (else: corpus not present)', () => {
  test('recall and precision of each log that is claimed', () => {
    const rows = logs.map((log) => {
      const positives = ofLog(log, true);
      const negatives = ofLog(log, false);
      const hit = (engine: SigmaEngine, of: readonly Labelled[], least?: Level) =>
        of.filter((event) => speaks(engine, event, least).length > 0).length;
      const found = hit(own, positives);
      const alarmed = hit(own, negatives);
      // An event is wrongly alarmed about when one of the rules is wrong there.
      const wrong = new Set(alarms(log).flatMap((alarm) => (isRight(alarm) ? [] : [alarm.test]))).size;
      const [recall, medium] = [share(found, positives.length), share(hit(own, positives, 'medium'), positives.length)];
      const row = {
        recall: shown(found, positives.length),
        'medium and above': shown(hit(own, positives, 'medium'), positives.length),
        'alarms on false': shown(alarmed, negatives.length),
        'of these wrong': wrong,
        'high on false': hit(own, negatives, 'high'),
        precision: shown(found, found + wrong),
        'if all were wrong': shown(found, found + alarmed),
        'SigmaHQ recall': shown(hit(shared, positives), positives.length),
        'medium, above': shown(hit(shared, positives, 'medium'), positives.length),
        'alarms on false ': shown(hit(shared, negatives), negatives.length),
      };
      return { log, row, measured: [recall, medium, share(found, found + wrong)] as const };
    });
    console.table(Object.fromEntries(rows.map(({ log, row }) => [log, row])));
    console.log('not told apart as such events, asked of nobody:', unread);
    for (const { log, measured } of rows)
      for (const [at, least] of (floors[log] ?? []).entries())
        expect(measured[at], `${log}, figure ${at}`).toBeGreaterThanOrEqual(least);
  });

  test('every alarm on an event labelled false was looked at, and nothing else was', () => {
    const key = ({ log, test: name, rule }: { log: string; test: string; rule: string }) =>
      `${log} | ${name} | ${rule}`;
    const found = new Set(logs.filter(reviewedHere).flatMap((log) => alarms(log).map(key)));
    const looked = new Set(reviewed.alarms.filter(({ log }) => reviewedHere(log)).map(key));
    expect([...found].sort()).toEqual([...looked].sort());
    for (const { why } of reviewed.alarms) expect(why.length).toBeGreaterThan(5);
  });

  test('every event that is missed has a reason', () => {
    const missed = logs
      .filter(reviewedHere)
      .flatMap((log) =>
        ofLog(log, true).flatMap((event) => (speaks(own, event).length === 0 ? [`${log} | ${event.test}`] : [])),
      );
    expect(missed.sort()).toEqual(reviewed.missed.map(({ log, test: name }) => `${log} | ${name}`).sort());
  });

  test('rules that wake people are rare on events labelled false, and none of them is critical', () => {
    const waking = logs
      .filter(reviewedHere)
      .flatMap((log) => alarms(log).filter(({ level }) => reaches(level, 'high')));
    expect(waking.filter(({ level }) => level === 'critical')).toEqual([]);
    expect(waking.filter((alarm) => !isRight(alarm))).toEqual([]);
    expect(waking.length).toBeLessThanOrEqual(4);
  });
});
