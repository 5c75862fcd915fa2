/**
 * Secrets in logs of platforms: planted into parameters, commands, environments and URLs of events as those systems write them, and
 * alarms on the shared corpora's audit events, in which nobody planted any.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { cloudTrailEvent, kubernetesEvent } from '../../bench/event-bodies.ts';
import { printTable } from '../../bench/measure.ts';
import { shippedSecretRules, shippedSecretSearches } from '../../packages/platform/src/detection/secrets/index.ts';
import { secretsInEvent } from '../../packages/platform/src/detection/secrets/secrets-in-event.ts';
import inText from '../../packages/platform/src/detection/stream/secrets/in-text.ts';
import { normalise } from '../../packages/platform/src/events/normalise.ts';
import { interval } from '../intervals.ts';
import { plantedSecrets } from './planted.ts';

const place = { locator: 'test', received: '2026-11-21T00:00:00.000Z' };
const seen = (value: unknown): SeenEvent[] =>
  [...normalise(value, place)].flatMap((each) => ('event' in each ? [each] : []));

/** Where operators leave secrets. */
const logs: readonly (readonly [name: string, of: (secret: string) => unknown])[] = [
  [
    'Kubernetes audit, environment of a pod',
    (value) => ({
      ...kubernetesEvent(1),
      verb: 'create',
      requestObject: { spec: { containers: [{ name: 'app', env: [{ name: 'SETTING', value }] }] } },
    }),
  ],
  [
    'Kubernetes audit, command of a pod',
    (value) => ({
      ...kubernetesEvent(2),
      verb: 'create',
      requestObject: { spec: { containers: [{ name: 'app', command: ['sh', '-c', `run --with ${value} now`] }] } },
    }),
  ],
  [
    'CloudTrail, parameters of a request',
    (value) => ({
      ...(cloudTrailEvent(3) as object),
      requestParameters: { environment: { variables: { SETTING: value } } },
    }),
  ],
  [
    'GitHub webhook, name of a run',
    (value) => ({
      action: 'completed',
      sender: { login: 'ann', id: 1 },
      repository: { full_name: 'acme/app', name: 'app', owner: { login: 'acme' } },
      workflow_run: {
        id: 7,
        name: `deploy with ${value}`,
        path: '.github/workflows/ci.yml',
        event: 'push',
        status: 'completed',
      },
    }),
  ],
];

test('planted secrets are found in parameters, commands and environments, by the detector that watches', () => {
  const { rules } = shippedSecretRules();
  const exact = rules.filter(({ generic, identifier }) => !generic && !identifier);
  // Rules that go by a name need it beside the secret: what is planted has it, in one text.
  const planted = plantedSecrets(exact, 4, 33);
  const rows = logs.map(([name, of]) => {
    let found = 0;
    for (const { text, start, end, rule } of planted) {
      const events = seen(of(text.slice(Math.max(0, start - 40), end + 5)));
      expect(events, name).toHaveLength(1);
      const told = events.flatMap((each) => [...inText.start().see(each)]);
      // As the watch has them, with the text that they were parsed from.
      const byText = events.flatMap((each) => [...inText.start().see({ ...each, rawText: JSON.stringify(each.raw) })]);
      expect(byText).toEqual(told);
      if (told.some(({ group }) => group.startsWith(`${rule} `))) found += 1;
      for (const { note } of told) expect(note).not.toContain(text.slice(start + 4, end));
    }
    return { name, found };
  });
  printTable(
    [`secrets of ${exact.length} kinds`, 'found'],
    rows.map(({ name, found }) => [name, interval(found, planted.length)]),
  );
  for (const { found } of rows) expect(found / planted.length).toBeGreaterThan(0.95);
});

const data = join(import.meta.dirname, '../../../shared/data');
const corpora = ['panther', 'stratus'].map((name) => join(data, name));

test.skipIf(!corpora.every(existsSync))(
  'audit events of the corpora hold no secrets (corpus not present: skipped)',
  () => {
    const searches = shippedSecretSearches();
    let [events, searched] = [0, 0];
    const alarms: string[] = [];
    for (const folder of corpora)
      for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) =>
        /\.jsonl?$/.test(each),
      ))
        for (const value of valuesOf(readFileSync(join(folder, file), 'utf8')))
          for (const { event, raw } of seen(value)) {
            events += 1;
            const json = JSON.stringify(raw);
            if (searches.logged.mayBeIn(json)) searched += 1;
            const found = secretsInEvent(event, raw, searches);
            expect(secretsInEvent(event, raw, searches, json)).toEqual(found);
            for (const { rule, path } of found) alarms.push(`${file}: ${rule.id} in ${path}`);
          }
    printTable(
      [`events of audit logs: ${events}`, 'alarms', 'not told by their JSON to hold none'],
      [['ours', interval(alarms.length, events), interval(searched, events)]],
    );
    console.log(alarms.join('\n'));
    expect(events).toBeGreaterThan(500);
    expect(alarms.length / events).toBeLessThan(0.01);
  },
);

/** Lines of JSON or a document; panther wraps its events. */
function* valuesOf(text: string): Generator<unknown> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
  for (const value of values.length === lines.length ? values : [JSON.parse(text) as unknown])
    yield typeof value === 'object' && value !== null && 'expected' in value && 'event' in value ? value.event : value;
}
