/** Events that other people collected, by the log types that we read: each becomes an event that says who did what. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { NormalEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../packages/platform/src/events/normalise.ts';

const data = new URL('../../../shared/data/', import.meta.url).pathname;
const missing = !existsSync(data) ? ' (corpus not present)' : '';

async function* panther(logType: RegExp): AsyncGenerator<unknown> {
  for (const file of await readdir(`${data}panther`))
    if (logType.test(file))
      for (const line of (await readFile(`${data}panther/${file}`, 'utf8')).split('\n'))
        if (line !== '') {
          const { event, mocked } = JSON.parse(line) as { event: unknown; mocked: boolean };
          if (!mocked) yield event;
        }
}

function sorted(values: Iterable<unknown>) {
  const events: NormalEvent[] = [];
  const problems: string[] = [];
  for (const value of values)
    for (const read of normalise(value, { locator: 'corpus', received: '2026-11-21T00:00:00.000Z' })) {
      if ('event' in read) events.push(read.event);
      else if ('problem' in read) problems.push(`${read.problem} ${JSON.stringify(value).slice(0, 300)}`);
    }
  return { events, problems };
}

test.skipIf(missing !== '')(`stratus: every call is somebody's${missing}`, async () => {
  const folder = `${data}stratus/docs/detonation-logs`;
  const all: unknown[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')))
    all.push(...[JSON.parse(await readFile(`${folder}/${file}`, 'utf8'))].flat());
  const { events, problems } = sorted(all);
  expect(problems).toEqual([]);
  expect(events).toHaveLength(all.length);
  const named = events.filter(({ actor }) => actor.id !== undefined);
  console.log(`stratus: ${events.length} events, ${named.length} with an identity`);
  // The rest are services of AWS that act by themselves.
  expect(
    events
      .filter(({ actor }) => actor.id === undefined)
      .map(({ actor }) => actor.name.replace(/^.*?([\w-]+\.amazonaws\.com).*$/, '$1')),
  ).toSatisfy((names: string[]) => names.every((name) => /amazonaws\.com$|^AWS/.test(name)));
});

test.skipIf(missing !== '').each([
  ['CloudTrail', /^rule__AWS\.CloudTrail\.jsonl$/],
  ['EKS audit', /^rule__Amazon\.EKS\.Audit\.jsonl$/],
  ['GitHub audit', /^rule__GitHub\.Audit\.jsonl$/],
] as const)(`panther: %s${missing}`, async (name, files) => {
  const all: unknown[] = [];
  for await (const event of panther(files)) all.push(event);
  const { events, problems } = sorted(all);
  console.log(`panther ${name}: ${all.length} lines, ${events.length} events, ${problems.length} not read`);
  expect(events.length / all.length).toBeGreaterThan(0.9);
});
