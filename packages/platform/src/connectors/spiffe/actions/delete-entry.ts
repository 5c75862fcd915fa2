import { isDeepStrictEqual } from 'node:util';
import {
  type Attempt,
  defineAction,
  type Estate,
  FirebreakError,
  type Impact,
  type Outcome,
  type ProbeResult,
} from '@firebreak/contract';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { array, at, record, text, textAt } from '../../../intake/foreign.ts';
import { type Called, entriesOf, type SpireServer } from '../server/server-client.ts';
import type { SpiffeSession } from '../session.ts';

const uri = z
  .string()
  .max(2048)
  .regex(/^spiffe:\/\/[a-z0-9._-]+(\/[A-Za-z0-9._-]+)+$/, 'not a SPIFFE ID');
const params = z.strictObject({
  entryId: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[A-Za-z0-9._-]+$/, 'not the id of an entry'),
  spiffeId: uri,
  parentId: uri,
  /** `type:value`, sorted. With the two ids before they are what makes an entry for SPIRE. */
  selectors: z.array(z.string().max(2048)).max(256),
});
type Params = z.infer<typeof params>;

const before = z.object({
  /** As the server tells it, without what it counts itself. Null where there is none that is alike. */
  entry: z.record(z.string(), z.unknown()).nullable(),
});
type Before = z.infer<typeof before>;
type Tried = Attempt<SpiffeSession>;

/** What the server keeps for itself. */
const own = new Set(['revision_number', 'created_at']);
const without = (entry: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record(entry) ?? {}).filter(([name]) => !own.has(name)));
const nameOf = (id: unknown) => `spiffe://${text(at(id, 'trust_domain')) ?? ''}${text(at(id, 'path')) ?? ''}`;

/** @throws FirebreakError for files */
function serverOf({ session }: Tried): SpireServer {
  if (session.server === undefined)
    throw new FirebreakError(
      'FB-SOURCE-READ-ONLY',
      `${session.from} holds what SPIRE registered, and is not the server.`,
    );
  return session.server;
}

function readFailure(failed: Extract<Called, { ok: false }>): FirebreakError {
  if (failed.code === status.PERMISSION_DENIED) return new FirebreakError('FB-HTTP-FORBIDDEN', failed.reason);
  if (failed.code === status.UNAUTHENTICATED) return new FirebreakError('FB-HTTP-UNAUTHORIZED', failed.reason);
  if (failed.code === status.RESOURCE_EXHAUSTED) return new FirebreakError('FB-HTTP-THROTTLED', failed.reason);
  return new FirebreakError('FB-HTTP-UNREACHABLE', failed.reason);
}

/**
 * The entry by its id; or, since a server that gives ids itself gives a restored entry another one, the one that is alike.
 *
 * @throws FirebreakError FB-STEP-CHANGED when the id is that of an entry which is not alike
 */
async function find(attempt: Tried, of: Params): Promise<Before> {
  const server = serverOf(attempt);
  const answer = await server.call('GetEntry', { id: of.entryId }, attempt.signal);
  if (answer.ok) {
    if (!isAlike(answer.value, of)) throw new FirebreakError('FB-STEP-CHANGED', 'The entry says something else now.');
    return { entry: without(answer.value) };
  }
  if (answer.code !== status.NOT_FOUND) throw readFailure(answer);
  const filter = { by_spiffe_id: idOf(of.spiffeId), by_parent_id: idOf(of.parentId) };
  const pages = entriesOf(server, filter, attempt.signal);
  for (;;) {
    const { done, value } = await pages.next();
    if (done === true) {
      if (value !== undefined && !value.ok) throw readFailure(value);
      return { entry: null };
    }
    if (isAlike(value, of)) return { entry: without(value) };
  }
}

function idOf(spiffeId: string) {
  const [, trust_domain = '', path = ''] = /^spiffe:\/\/([^/]+)(\/.*)$/.exec(spiffeId) ?? [];
  return { trust_domain, path };
}

function isAlike(entry: unknown, { spiffeId, parentId, selectors }: Params): boolean {
  const has = array(at(entry, 'selectors')).map((each) => `${textAt(each, 'type')}:${textAt(each, 'value')}`);
  return (
    nameOf(at(entry, 'spiffe_id')) === spiffeId &&
    nameOf(at(entry, 'parent_id')) === parentId &&
    isDeepStrictEqual(has.sort(), [...selectors].sort())
  );
}

const idIn = ({ entry }: Before) => textAt(entry, 'id') ?? '';

/** Equal but for the id, which is the server's. */
function isBack(now: Before, _: Params, was: Before): boolean {
  if (now.entry === null || was.entry === null) return now.entry === was.entry;
  const { id: _one, ...one } = now.entry;
  const { id: _other, ...other } = was.entry;
  return isDeepStrictEqual(one, other);
}

function outcomeOf(answer: Called, fine: readonly number[]): Outcome {
  const code = answer.ok ? Number(at(array(answer.value.results)[0], 'status', 'code') ?? status.OK) : answer.code;
  if (fine.includes(code)) return { outcome: 'done' };
  const reason = answer.ok ? `The server answered ${status[code] ?? 'with an error'}.` : answer.reason;
  const refused = (coded: string, retryable = false): Outcome => ({
    outcome: 'refused',
    code: coded,
    reason,
    retryable,
  });
  if (code === status.PERMISSION_DENIED) return refused('FB-HTTP-FORBIDDEN');
  if (code === status.UNAUTHENTICATED) return refused('FB-HTTP-UNAUTHORIZED');
  if (code === status.RESOURCE_EXHAUSTED) return refused('FB-HTTP-THROTTLED', true);
  if (answer.ok ? code === status.INTERNAL || code === status.UNKNOWN : answer.sent)
    return { outcome: 'unknown', reason };
  return answer.ok || code !== status.UNAVAILABLE ? refused('FB-STEP-REFUSED') : refused('FB-HTTP-UNREACHABLE', true);
}

function refusedBy(error: unknown): Outcome {
  if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
  const retryable = /^FB-(HTTP-(UNREACHABLE|THROTTLED)|STEP-CHANGED)$/.test(error.code);
  return { outcome: 'refused', code: error.code, reason: error.why, retryable };
}

const entryFact = (of: Params) =>
  `spiffe:Entry/${of.spiffeId.slice('spiffe://'.length).replace(/\/.*$/, '')}/${of.entryId}`;

/** In points of the same scale as the levers of other systems. */
export const fixedCost = { 'delete-entry': 3 } as const;
export const weights = { service: 3 } as const;

/** Workloads get no SVID by this entry any more. */
export default defineAction<Params, Before, SpiffeSession>({
  id: 'spiffe.delete-entry',
  title: 'Delete registration entry',
  stage: 'access',
  targetKinds: ['Entry'],
  params,
  before,
  permissions: ['the local socket of the SPIRE server, or an X509-SVID whose entry is marked admin'],
  target: (of) => ({ kind: 'Entry', id: entryFact(of), name: of.spiffeId }),
  describe: (of) =>
    `Delete the registration entry ${of.entryId} of ${of.spiffeId}. Agents stop renewing within seconds; an SVID that was fetched is good until it ends.`,
  undoes: (of) =>
    `The entry of ${of.spiffeId} is there again as it was; a server that gives ids itself gives it another id.`,
  drastic: () => false,
  takes: () => 10,
  impact(of, estate: Estate): Impact {
    const entry = estate.get('spiffe.entry', entryFact(of))?.data;
    const who = { kind: 'Identity', id: `spiffe:Identity/${of.spiffeId.slice('spiffe://'.length)}`, name: of.spiffeId };
    const selectors = entry?.selectors.map(({ type, value }) => `${type}:${value}`).join(', ') ?? 'its selectors';
    const { service: weight } = weights;
    const interrupts = [{ who, what: `Workloads with ${selectors} get no SVID.`, weight }];
    return { cost: fixedCost['delete-entry'] + weight, interrupts };
  },
  read: async (attempt, of) => ({ record: await find(attempt, of) }),
  preview: (of, { entry }) =>
    entry === null
      ? []
      : [
          {
            verb: 'delete',
            object: entryFact(of),
            request: 'spire.api.server.entry.v1.Entry/BatchDeleteEntry',
            body: { ids: [idIn({ entry })] },
          },
        ],
  async apply(attempt, of, was) {
    try {
      const now = await find(attempt, of);
      if (now.entry === null) return { outcome: 'done' };
      if (was.entry === null || !isDeepStrictEqual(now.entry, was.entry))
        return {
          outcome: 'refused',
          code: 'FB-STEP-CHANGED',
          reason: 'The entry changed since it was read.',
          retryable: true,
        };
      const answer = await serverOf(attempt).call('BatchDeleteEntry', { ids: [idIn(was)] }, attempt.signal);
      return outcomeOf(answer, [status.OK, status.NOT_FOUND]);
    } catch (error) {
      return refusedBy(error);
    }
  },
  inEffect: ({ entry }) => entry === null,
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const { entry } = await find(attempt, of);
    return [
      {
        what: `No entry like it gives ${of.spiffeId}`,
        result: entry === null ? 'holds' : 'fails',
        evidence:
          entry === null ? 'The server has none of the same identity, parent and selectors.' : 'The server has one.',
      },
      {
        what: `A workload gets no SVID of ${of.spiffeId}`,
        result: 'cannot-tell',
        evidence: 'Only a workload on one of its nodes could ask its agent for it.',
      },
    ];
  },
  reversal: {
    kind: 'restore',
    async restore(attempt, of, was) {
      if (was.entry === null) return { outcome: 'done' };
      try {
        const now = await find(attempt, of);
        if (now.entry !== null) {
          if (isBack(now, of, was)) return { outcome: 'done' };
          return {
            outcome: 'refused',
            code: 'FB-UNDO-CHANGED',
            reason: 'Somebody registered the same workload since, in another way.',
            retryable: false,
          };
        }
        const answer = await serverOf(attempt).call('BatchCreateEntry', { entries: [was.entry] }, attempt.signal);
        return outcomeOf(answer, [status.OK, status.ALREADY_EXISTS]);
      } catch (error) {
        return refusedBy(error);
      }
    },
    restored: isBack,
  },
});
