/**
 * Events that other people collected, by the log types that we read: how many become events, how many say when, and of those that name
 * somebody how many become a node. Their authors shortened many of them to what one rule needs, so not all can.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { NormalEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../packages/platform/src/events/normalise.ts';

const data = new URL('../../../shared/data/', import.meta.url).pathname;
const missing = !existsSync(data) ? ' (corpus not present)' : '';

async function* panther(logType: string): AsyncGenerator<unknown> {
  for (const line of (await readFile(`${data}panther/rule__${logType}.jsonl`, 'utf8')).split('\n'))
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

/** Services that act by themselves, and identities that only their own system can tell. */
const nobody = /^nobody named$|\.amazonaws\.com$|^AWS/;

/** By log type: the least share of lines that become events, and of those that name somebody the least share with a node. */
test.skipIf(missing !== '').each([
  // The others have ARNs with too few digits, or without an account.
  ['AWS.CloudTrail', 0.98, 0.86],
  ['Amazon.EKS.Audit', 1, 1],
  ['Amazon.EKS.Audit+Azure.MonitorActivity', 1, 1],
  ['Amazon.EKS.Audit+Azure.MonitorActivity+GCP.AuditLog', 0.85, 0.95],
  ['GitHub.Audit', 0.97, 1],
  ['GitHub.Webhook', 1, 1],
  ['GCP.AuditLog', 0.86, 0.95],
  ['AWS.BedrockModelInvocation', 1, 1],
  ['AWS.S3ServerAccess', 0.75, 0.7],
  ['OpenAI.Audit', 1, 1],
  ['Anthropic.Activity', 1, 0.95],
  ['Databricks.Audit', 1, 0.95],
  ['Okta.SystemLog', 0.93, 1],
  ['Wiz.Audit', 0.85, 0.9],
  ['Wiz.Issues', 1, 0],
  ['AWS.GuardDuty', 1, 0],
  ['AWS.SecurityFindingFormat', 1, 0],
] as const)(`panther: %s${missing}`, async (name, readable, resolved) => {
  const all: unknown[] = [];
  for await (const event of panther(name)) all.push(event);
  const { events, problems } = sorted(all);
  const somebody = events.filter(({ actor }) => !nobody.test(actor.name));
  const nodes = somebody.filter(({ actor }) => actor.id !== undefined);
  const timed = events.filter(({ timeIs }) => timeIs === 'told').length;
  const targets = events.filter((event) => event.targets.length > 0).length;
  console.log(
    `panther ${name}: ${all.length} lines, ${events.length} events (${timed} with a time, ${targets} with a thing), ${problems.length} not read; ${nodes.length} of ${somebody.length} that name somebody are a node`,
  );
  for (const { actor } of somebody.filter((each) => each.actor.id === undefined))
    console.log(`  no node: ${actor.name}`);
  expect(events.length / all.length).toBeGreaterThanOrEqual(readable);
  expect(nodes.length / Math.max(1, somebody.length)).toBeGreaterThanOrEqual(resolved);
});
