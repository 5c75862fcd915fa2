/**
 * Logs of techniques that Stratus Red Team detonated in an account: is each told, by which rules, and where else do these rules
 * speak. Nothing in our rules is about Stratus: its names and its user agent are in no rule, and a test holds that.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRuleFolder } from '../../packages/platform/src/cli/rule-folder.ts';
import type { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import type { Level } from '../../packages/platform/src/detection/sigma/language/rule.ts';
import { type Detonation, data, detonations, engineWith, ownRules, reaches, sharedRules } from './corpus.ts';

const present = existsSync(data);
interface Told {
  readonly by: readonly string[];
  readonly beside?: readonly string[];
}
interface Alarm {
  readonly title: string;
  readonly level?: Level;
}

/** Correlations begin anew with each log: the accounts have nothing to do with each other. */
function alarmsOn(
  { events }: Detonation,
  engine: SigmaEngine,
  fresh: ReturnType<SigmaEngine['state']>,
): readonly Alarm[] {
  engine.restore(fresh);
  const found = events.flatMap((event) => {
    const { rules, correlations } = engine.judge(event);
    return [...rules, ...correlations.map(({ rule }) => rule)];
  });
  const last = Math.max(0, ...events.map((event) => Date.parse((event as { eventTime: string }).eventTime)));
  return [...found, ...engine.advance(last + 86_400_000).map(({ rule }) => rule)];
}

test.skipIf(!present)(
  'every technique that has a log is told, by the rules named in stratus.yaml (else: corpus not present)',
  async () => {
    const expected = parse(await readFile(new URL('stratus.yaml', import.meta.url), 'utf8')) as Record<string, Told>;
    const logs = await detonations();
    const own = await engineWith(ownRules);
    const others = await engineWith(sharedRules);
    const [ownFresh, othersFresh] = [own.state(), others.state()];
    const alarms = new Map(logs.map((log) => [log.technique, alarmsOn(log, own, ownFresh)]));
    const theirs = new Map(logs.map((log) => [log.technique, alarmsOn(log, others, othersFresh).length]));
    const rows = logs.map(({ technique, events }) => {
      const { by = [] } = expected[technique] ?? {};
      const here = alarms.get(technique) ?? [];
      const told = here.filter(({ title }) => by.includes(title));
      const best = (['critical', 'high', 'medium', 'low', 'informational'] as const).find((level) =>
        told.some((alarm) => reaches(alarm.level, level)),
      );
      const elsewhere = [...alarms].flatMap(([other, of]) =>
        other === technique ? [] : of.filter(({ title }) => by.includes(title)),
      );
      return {
        technique,
        events: events.length,
        best,
        here: here.length,
        elsewhere,
        shared: theirs.get(technique) ?? 0,
      };
    });
    console.table(
      Object.fromEntries(
        rows.map(({ technique, elsewhere, best = 'missed', ...row }) => [
          technique.replace(/^aws\./, ''),
          {
            told: best,
            ...row,
            'elsewhere (all)': elsewhere.length,
            'elsewhere (medium, above)': elsewhere.filter(({ level }) => reaches(level, 'medium')).length,
          },
        ]),
      ),
    );
    const told = (least: Level) => rows.filter(({ best }) => best !== undefined && reaches(best, least)).length;
    const sharedTold = rows.filter(({ shared }) => shared > 0).length;
    console.log(
      `told: ${told('informational')} of ${rows.length}; at medium and above ${told('medium')}, at high ${told('high')}; SigmaHQ speaks on ${sharedTold}`,
    );
    // What speaks is exactly what was looked at.
    expect(Object.fromEntries([...alarms].map(([technique, of]) => [technique, titlesOf(of)]))).toEqual(
      Object.fromEntries(
        Object.entries(expected).map(([technique, { by, beside = [] }]) => [technique, [...by, ...beside].sort()]),
      ),
    );
    expect(rows.length).toBe(35);
    expect(told('informational')).toBe(35);
    expect(told('medium')).toBeGreaterThanOrEqual(33);
    expect(told('high')).toBeGreaterThanOrEqual(16);
  },
);

test('no rule of ours names a tool of tests', async () => {
  const { rules } = await readRuleFolder(ownRules.pathname, new AbortController().signal);
  for (const { file, text } of rules) expect(/stratus|grimoire|panther/i.test(text), file).toBe(false);
});

function titlesOf(alarms: readonly Alarm[]): readonly string[] {
  return [...new Set(alarms.map(({ title }) => title))].sort();
}
