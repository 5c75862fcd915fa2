/**
 * Levers that bring a client from the state that was read to a wanted one, and back. What must stay true: the state is read again right
 * before each request and compared, since neither registration nor Keycloak has preconditions; what holds already is not sent again; what
 * somebody else changed in the same place is not overwritten, unless people ask for it; what was so before we came is left so.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Action, Attempt, Outcome } from '@firebreak/contract';
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { refused, refusedBy } from '../../../exchange/outcome.ts';
import { clientFactId, issuerId } from '../made.ts';
import type { OauthSession } from '../session.ts';
import { type ClientState, type ClientWrite, clientState } from './client-state.ts';
import { issuerAt } from './issuer.ts';
import { readKeycloak, realmOf, sendKeycloak } from './keycloak-client.ts';
import { readRegistered, sendRegistered } from './registered-client.ts';
import { registrationOf } from './registrations.ts';

export const ofClient = {
  /** As tokens say it. */
  issuer: z.url({ protocol: /^https?$/ }).max(2048),
  client: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text'),
};
export interface OfClient {
  readonly issuer: string;
  readonly client: string;
}
export const targetOf = ({ issuer, client }: OfClient) => ({
  kind: 'Client',
  id: clientFactId(issuerId(issuer), client),
  name: client,
});

export const clientBefore = z.object({ client: clientState.nullable() });
export type ClientBefore = z.infer<typeof clientBefore>;

type Tried = Attempt<OauthSession>;

interface Keeper {
  read(): Promise<ClientState | undefined>;
  send(write: ClientWrite): Promise<Outcome>;
}

/** Whoever keeps the client: its registration where we have one, else the realm. @throws FirebreakError */
async function keeperOf({ session, signal }: Tried, of: OfClient): Promise<Keeper> {
  mustBeLive(session, of.issuer);
  const registration = await registrationOf(of.issuer, of.client);
  if (registration !== undefined)
    return {
      read: () => readRegistered(registration, signal),
      send: (write) => sendRegistered(registration, write, signal),
    };
  const realm = await realmOf(await issuerAt(of.issuer, signal), signal);
  if (realm === undefined)
    throw new FirebreakError(
      'FB-SOURCE-READ-ONLY',
      `We have neither the registration of ${of.client} nor an account that administers its realm.`,
    );
  return { read: () => readKeycloak(realm, of.client, signal), send: (write) => sendKeycloak(realm, write, signal) };
}

/** @throws FirebreakError FB-SOURCE-READ-ONLY for files, FB-NOT-FOUND for another issuer */
export function mustBeLive({ from, isLive }: OauthSession, issuer: string): void {
  if (!isLive) throw new FirebreakError('FB-SOURCE-READ-ONLY', 'Files tell of the issuer, and are not it.');
  if (issuerId(from) !== issuerId(issuer))
    throw new FirebreakError('FB-NOT-FOUND', `The open issuer is not ${issuer}.`);
}

async function readClient(attempt: Tried, of: OfClient): Promise<ClientBefore> {
  return { client: (await (await keeperOf(attempt, of)).read()) ?? null };
}

export interface ClientChange<P extends OfClient> {
  /** Why it must not or cannot be done, judged from the before-state. */
  readonly objection?: (before: ClientState, params: P) => string | undefined;
  readonly wanted: (now: ClientState, params: P, before: ClientState) => boolean;
  /** What leads there; the first is sent, then it is asked again. */
  readonly forward: (now: ClientState, params: P) => readonly ClientWrite[];
  readonly back: (now: ClientState, params: P, before: ClientState) => readonly ClientWrite[];
  /** What of the state the lever changes, and must be back. */
  readonly matter: (state: ClientState) => unknown;
  /** Whether a state lies between two of several requests. */
  readonly between?: (now: ClientState, params: P, before: ClientState) => boolean;
}

type Part<P> = Pick<Action<P, ClientBefore, OauthSession>, 'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway'> & {
  readonly reversal: Extract<Action<P, ClientBefore, OauthSession>['reversal'], { kind: 'restore' }>;
};

const maxWrites = 256;

export function clientChange<P extends OfClient>(change: ClientChange<P>): Part<P> {
  // A client that is gone gets no tokens.
  const holds = (now: ClientBefore, params: P, was: ClientBefore) =>
    now.client === null || (was.client !== null && change.wanted(now.client, params, was.client));
  const isBack = (now: ClientBefore, _: P, was: ClientBefore) =>
    isDeepStrictEqual(now.client && change.matter(now.client), was.client && change.matter(was.client));
  const between = (now: ClientBefore, params: P, was: ClientBefore) =>
    now.client !== null && was.client !== null && change.between?.(now.client, params, was.client) === true;

  async function walk(
    attempt: Tried,
    params: P,
    step: (now: ClientBefore) => readonly ClientWrite[] | Outcome,
  ): Promise<Outcome> {
    for (let done = 0; done < maxWrites; done += 1) {
      const told = done === 0 ? (outcome: Outcome) => outcome : brokenOff;
      let keeper: Keeper;
      let now: ClientBefore;
      try {
        keeper = await keeperOf(attempt, params);
        now = { client: (await keeper.read()) ?? null };
      } catch (error) {
        return told(refusedBy(error));
      }
      const writes = step(now);
      if ('outcome' in writes) return writes.outcome === 'done' ? writes : told(writes);
      const [write, ...more] = writes;
      if (write === undefined) return told(refused('FB-UNDO-CHANGED', `Nothing leads ${params.client} there.`));
      const outcome = await keeper.send(write);
      if (outcome.outcome !== 'done') return told(outcome);
      if (more.length === 0) return outcome;
    }
    return { outcome: 'unknown', reason: 'It did not come to an end.' };
  }

  return {
    read: async (attempt, params) => ({ record: plain(await readClient(attempt, params)) }),
    preview(params, was) {
      if (was.client === null || holds(was, params, was) || change.objection?.(was.client, params) !== undefined)
        return [];
      return change.forward(was.client, params).map(({ verb, method, path, body }) => ({
        verb,
        object: targetOf(params).id,
        request: path === 'registration' ? `${method} the registration of ${params.client}` : `${method} ${path}`,
        ...(body === undefined ? {} : { body }),
      }));
    },
    apply: (attempt, params, was) =>
      walk(attempt, params, (now) => {
        if (holds(now, params, was)) return { outcome: 'done' };
        if (now.client === null || was.client === null)
          return refused('FB-STEP-CHANGED', `${params.client} was not there when it was read.`, true);
        const objection = change.objection?.(was.client, params);
        if (objection !== undefined) return refused('FB-STEP-REFUSED', objection);
        if (!isDeepStrictEqual(plain(now), plain(was)) && !between(now, params, was))
          return refused('FB-STEP-CHANGED', `${params.client} changed since it was read.`, true);
        return change.forward(now.client, params);
      }),
    inEffect: holds,
    ...(change.between === undefined ? {} : { isHalfway: between }),
    reversal: {
      kind: 'restore',
      restore: (attempt, params, was) =>
        walk(attempt, params, (now) => {
          // It was so before we came.
          if (was.client === null || holds(was, params, was) || isBack(now, params, was)) return { outcome: 'done' };
          if (now.client === null)
            return refused(
              'FB-UNDO-CHANGED',
              `${params.client} was deleted since; a deleted client cannot be had again.`,
            );
          if (!holds(now, params, was) && !between(now, params, was) && attempt.force !== true)
            return refused('FB-UNDO-CHANGED', `${params.client} was changed by somebody else in the same place.`);
          return change.back(now.client, params, was.client);
        }),
      restored: isBack,
    },
  };
}

/** As it comes back from a record. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** What a refusal means after another write of the same attempt went through. */
function brokenOff(outcome: Outcome): Outcome {
  if (outcome.outcome !== 'refused') return outcome;
  return { outcome: 'unknown', reason: `It broke off after a part was done: ${outcome.code}: ${outcome.reason}` };
}
