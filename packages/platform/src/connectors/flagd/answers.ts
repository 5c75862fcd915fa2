/** A running flagd → facts, by the OpenFeature Remote Evaluation Protocol: which variant each flag has for a client that says nothing of itself. */
import { type Collected, FirebreakError, flagdId } from '@firebreak/contract';
import { readError } from '../../exchange/outcome.ts';
import { array, field, text } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import { kinds, meaningOf } from './definitions.ts';
import type { FlagdSession } from './session.ts';

const make = factMaker('flagd');

export async function* collectAnswers(
  { running, server = '' }: FlagdSession,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  if (running === undefined) return;
  const where = `${running.address}/ofrep/v1/evaluate/flags`;
  const reply = await running.send({ method: 'POST', path: '/ofrep/v1/evaluate/flags', json: { context: {} } }, signal);
  if (!reply.ok) {
    const { code, why } = readError(reply, 'POST /ofrep/v1/evaluate/flags');
    yield { gap: gap(code, kinds, where, why) };
    return;
  }
  const flags = field(json(reply.body), 'flags');
  if (!Array.isArray(flags)) {
    yield { gap: gap('FB-HTTP-RESPONSE-INVALID', kinds, where, 'The answer has no flags.') };
    return;
  }
  const facts = array(flags).map((flag) => {
    const key = text(field(flag, 'key')) ?? '';
    const variant = text(field(flag, 'variant'));
    const data = {
      home: server,
      key,
      // What is disabled is not answered, or with an error instead of a value.
      state: field(flag, 'errorCode') === undefined ? 'ENABLED' : 'DISABLED',
      variants: variant === undefined ? [] : [variant],
      variant,
      targeting: text(field(flag, 'reason')) === 'STATIC' ? false : undefined,
      ...meaningOf(field(flag, 'metadata')),
    };
    return make('flagd.flag', flagdId(server, key), data, `${where}/${key}`);
  });
  yield* facts.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

const idOf = (each: Collected) => ('fact' in each ? each.fact.id : '');

export interface Evaluation {
  readonly variant: string | undefined;
  readonly disabled: boolean;
}

/** What a running flagd answers for one flag now. @throws FirebreakError where it cannot be told */
export async function evaluate(
  { running }: FlagdSession,
  key: string,
  signal: AbortSignal,
): Promise<Evaluation | undefined> {
  if (running === undefined) return undefined;
  const path = `/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`;
  const reply = await running.send({ method: 'POST', path, json: { context: {} } }, signal);
  if (reply.ok) return { variant: text(field(json(reply.body), 'variant')), disabled: false };
  // 404 with FLAG_NOT_FOUND is also what flagd says of a flag that is disabled.
  if (reply.failure === 'not-found') return { variant: undefined, disabled: true };
  throw readError(reply, `POST /ofrep/v1/evaluate/flags/${key}`);
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', 'The answer is not JSON.');
  }
}
