/** One account: who is in it, then what is in it, region by region. */
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Collected } from '@firebreak/contract';
import { textAt } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { makeGapTally } from '../../../intake/gap-tally.ts';
import type { Calls } from './calls.ts';
import { Desk, type Place, type Reading, type Scope } from './desk.ts';
import { identityScope, readIdentity } from './identity.ts';

/** Every file of `readings/` is one, its default export. */
const readings: readonly Reading[] = await Promise.all(
  readdirSync(new URL('readings/', import.meta.url))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()
    .map(
      async (file) =>
        ((await import(new URL(`readings/${file}`, import.meta.url).href)) as { default: Reading }).default,
    ),
);

const caller: Scope = {
  service: 'sts',
  kinds: ['aws.account'],
  operations: { GetCallerIdentity: 'sts:GetCallerIdentity' },
};

/** Everything that is asked anywhere. */
export const scopes: readonly Scope[] = [
  caller,
  identityScope,
  ...identityScope.besides,
  ...readings.flatMap((reading) => [reading, ...(reading.besides ?? [])]),
];

/** Facts and gaps of the account that answers. */
export async function* collectAccount(calls: Calls, signal: AbortSignal): AsyncGenerator<Collected> {
  const tally = makeGapTally();
  for await (const collected of everything(calls, signal)) {
    if ('fact' in collected) yield collected;
    else for (const kept of tally.add(collected.gap)) yield { gap: kept };
  }
  for (const rest of tally.rest()) yield { gap: rest };
}

async function* everything(calls: Calls, signal: AbortSignal): AsyncGenerator<Collected> {
  const who = new Desk(caller, calls, { account: '', partition: 'aws', region: undefined }, signal);
  const identity = await who.get('GetCallerIdentity', {});
  yield* who.gaps();
  const [, partition = 'aws'] = (textAt(identity, 'Arn') ?? '').split(':');
  const account = textAt(identity, 'Account');
  if (account === undefined) {
    const kinds = [...new Set(scopes.flatMap((scope) => scope.kinds))];
    const reason = 'Without knowing which account answers nothing of it was read.';
    yield { gap: gap('FB-AWS-UNREAD', kinds, calls.address, reason) };
    return;
  }
  const place = (region?: string): Place => ({ account, partition, region });
  const iam = new Desk(identityScope, calls, place(), signal);
  yield* readIdentity(iam, (ms) => setTimeout(ms, undefined, { signal }));
  yield* iam.gaps();
  for (const reading of readings) {
    const places = reading.where === 'account' ? [place()] : regionsOf(calls).map(place);
    for (const each of places) {
      const desk = new Desk(reading, calls, each, signal);
      yield* reading.read(desk);
      yield* desk.gaps();
    }
  }
}

/** A folder without regions is of one, whose name nobody told. */
function regionsOf(calls: Calls): readonly (string | undefined)[] {
  return calls.regions.length === 0 ? [undefined] : calls.regions;
}
