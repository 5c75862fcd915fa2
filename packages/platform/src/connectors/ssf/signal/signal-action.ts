/**
 * What both levers share: one event to one receiver. What must stay true: the event of a step is made once, written down before it leaves,
 * and is the same however often it is sent; that it was delivered is what the receiver said, never what we hope.
 */
import {
  type Action,
  type Attempt,
  catalogue,
  FirebreakError,
  type Outcome,
  type ProbeResult,
  subjectIdentifier,
} from '@firebreak/contract';
import { z } from 'zod';
import type { Receiver } from '../configuration.ts';
import { deliver } from '../delivery.ts';
import { claimsOf, jtiOf, type Said, type SignalEvent, signedEvent } from '../event-token.ts';
import type { SsfSession } from '../session.ts';
import { fixedCost, weights } from './price.ts';

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text');
export const toReceiver = {
  /** `iss` of our events. */
  transmitter: text(2048),
  receiver: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  subject: subjectIdentifier,
  /** The node that the subject is. */
  node: z.strictObject({ kind: text(256), id: text(2048), name: text(2048) }),
};
export const signalParams = z.strictObject(toReceiver);
export type SignalParams = z.infer<typeof signalParams>;

export const signalBefore = z.object({
  jti: z.string(),
  state: z.enum(['unsaid', 'waiting', 'accepted', 'refused']),
  /** What showed that it was taken. */
  proof: z.string().optional(),
  err: z.string().optional(),
  /** What would be said, but for the moment, and to whom. */
  to: z.string(),
  says: z.record(z.string(), z.unknown()),
});
export type SignalBefore = z.infer<typeof signalBefore>;

type Tried = Attempt<SsfSession>;

export interface Signal<P> {
  readonly event: SignalEvent;
  /** Further members of the event. */
  readonly more: (params: P) => Readonly<Record<string, string>>;
}

type Part<P> = Pick<
  Action<P, SignalBefore, SsfSession>,
  'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway' | 'probe' | 'impact'
> & {
  readonly target: (params: P) => P extends SignalParams ? P['node'] : never;
};

/** @throws FirebreakError FB-NOT-FOUND for another transmitter, or a receiver that is not registered for this */
function receiverOf({ session }: Tried, of: SignalParams, event: SignalEvent): Receiver {
  if (session.transmitter.issuer !== of.transmitter)
    throw new FirebreakError('FB-NOT-FOUND', `The open transmitter is not ${of.transmitter}.`);
  const receiver = session.transmitter.receivers.find(({ id }) => id === of.receiver);
  if (receiver?.events.includes(event) !== true)
    throw new FirebreakError('FB-NOT-FOUND', `${of.receiver} is not registered for ${event}.`);
  return receiver;
}

export function signalling<P extends SignalParams>({ event, more }: Signal<P>): Part<P> {
  const saidOf = (attempt: Tried, of: P, { audience }: Receiver): Said => ({
    iss: of.transmitter,
    aud: audience,
    jti: jtiOf(attempt.key, of.receiver, event, of.subject),
    event,
    subject: of.subject,
    more: more(of),
  });

  async function read(attempt: Tried, of: P): Promise<SignalBefore> {
    const receiver = receiverOf(attempt, of, event);
    const said = saidOf(attempt, of, receiver);
    const entry = await attempt.session.outbox.get(said.jti);
    const to = receiver.push === undefined ? `laid ready for ${receiver.id} to poll` : `POST ${receiver.push.endpoint}`;
    return {
      jti: said.jti,
      state: entry?.state ?? 'unsaid',
      ...(entry?.proof === undefined ? {} : { proof: entry.proof }),
      ...(entry?.err === undefined ? {} : { err: entry.err }),
      to,
      says: claimsOf(said),
    };
  }

  async function apply(attempt: Tried, of: P): Promise<Outcome> {
    try {
      const receiver = receiverOf(attempt, of, event);
      const said = saidOf(attempt, of, receiver);
      const { outbox, key } = attempt.session;
      const known = await outbox.get(said.jti);
      if (known?.state === 'accepted') return { outcome: 'done' };
      const now = new Date();
      const set = known?.set ?? (await signedEvent(said, key, Math.floor(now.getTime() / 1000)));
      const entry = { jti: said.jti, receiver: receiver.id, set, state: 'waiting', at: now.toISOString() } as const;
      await outbox.put(entry);
      return await deliver(entry, receiver, outbox, attempt.signal);
    } catch (error) {
      if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
      return { outcome: 'refused', code: error.code, reason: error.why, retryable: catalogue[error.code].status > 500 };
    }
  }

  return {
    target: (of) => of.node as never,
    impact: (of) => {
      const what = `Its sessions with ${of.receiver} end; whoever may, signs in again.`;
      const weight = weights['whoever has a session'];
      return { cost: fixedCost[event] + weight, interrupts: [{ who: of.node, what, weight }] };
    },
    read: async (attempt, of) => ({ record: await read(attempt, of) }),
    preview: (of, { state, to, says }) =>
      state === 'accepted' ? [] : [{ verb: 'create', object: of.node.id, request: to, body: says }],
    apply,
    inEffect: ({ state }) => state === 'accepted',
    // Written down and not yet taken, or refused: the same event is sent again.
    isHalfway: ({ state }) => state === 'waiting' || state === 'refused',
    probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
      const { state, proof, jti } = await read(attempt, of);
      return [
        {
          what: `${of.receiver} took the event`,
          result: state === 'accepted' ? 'holds' : 'fails',
          evidence: state === 'accepted' ? `Event ${jti}: ${proof}.` : `Event ${jti} is ${state}.`,
        },
      ];
    },
  };
}
