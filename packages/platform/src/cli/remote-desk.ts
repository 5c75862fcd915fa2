/**
 * The desk of a running server, over its HTTP API. The server works on, whatever becomes of this command: an interrupt ends
 * the watching, not the work. People are who their tokens say, so the second person of a drastic step runs the same
 * `contain` with a token of their own; it finds the incident that waits for them instead of opening another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ErrorCode, type Execution, FirebreakError, type Incident, type Plan } from '@firebreak/contract';
import { type Client, createClient } from '../http/client.ts';
import type { Desk } from './world.ts';

const pollMs = 500;

/** @throws FirebreakError FB-USAGE for what is no address of a server */
export function serverAddress(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address === undefined || !['http:', 'https:'].includes(address.protocol))
    throw new FirebreakError('FB-USAGE', `${text} is no address such as http://127.0.0.1:7447.`);
  if (address.pathname !== '/' || address.search !== '' || address.username !== '' || address.password !== '')
    throw new FirebreakError('FB-USAGE', 'The address of a server is scheme, name and port and nothing else.');
  return address;
}

export function openRemoteDesk(server: URL, token: string, signal: AbortSignal): Desk {
  const client = createClient({ server, token });
  const about = (id: string) => ({ params: { id } });
  return {
    incidents: async () => (await client.call('incidents', {}, signal)).incidents,
    incident: (id) => client.call('incident', about(id), signal),
    execution: (id) => client.call('execution', about(id), signal),
    preview: async (plan) => (await client.call('previewPlan', { body: plan }, signal)).steps,
    contain: async (plan, { title }) => {
      const id = await incidentWith(client, plan, title, signal);
      await unless('FB-APPROVAL-SECOND-PERSON', () => approve(client, id, plan, signal));
      return settled(client, id, signal);
    },
    undo: async (id, { force }) => {
      await unless('FB-EXECUTION-BUSY', () => client.call('undo', { ...about(id), body: { force } }, signal));
      return settled(client, id, signal);
    },
    exportEvidence: (id) => client.download('exportEvidence', about(id), signal),
    verifierKey: async (id) => (await client.call('ledger', about(id), signal)).verifierKey,
    reviews: async () => (await client.call('reviews', {}, signal)).reviews,
    review: (id) => client.call('review', about(id), signal),
    openReview: ({ title, due, query }) => client.call('openReview', { body: { title, due, query } }, signal),
    decideReview: ({ review, item, verdict, note }) =>
      client.call('decideReview', { ...about(review), body: { item, verdict, note } }, signal),
    close: async () => {},
  };
}

const refusals: readonly ErrorCode[] = ['FB-AUTH-FORBIDDEN', 'FB-APPROVAL-REFUSED'];

/** A responder may bring a plan that an approver then approves: the error says that it is there. */
async function approve(client: Client, id: string, { digest }: Plan, signal: AbortSignal): Promise<void> {
  try {
    await client.call('approve', { params: { id }, body: { digest } }, signal);
  } catch (cause) {
    if (!(cause instanceof FirebreakError) || !refusals.includes(cause.code)) throw cause;
    throw new FirebreakError(cause.code, `${cause.why} The plan waits for approval in ${id}.`, { cause });
  }
}

/** What was asked for before is no error when the command is run again: then there is only to watch. */
async function unless(standing: ErrorCode, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code !== standing) throw error;
  }
}

/**
 * The incident to work in: the one in which this very plan waits, else one without plan about the same nodes, which gets
 * it, else a new one.
 */
async function incidentWith(client: Client, plan: Plan, title: string, signal: AbortSignal): Promise<string> {
  const { incidents } = await client.call('incidents', {}, signal);
  const waiting = incidents.find(
    ({ planDigest, state }) => planDigest === plan.digest && (state === 'planned' || state === 'containing'),
  );
  if (waiting !== undefined) return waiting.id;
  const { protect } = plan;
  const compromised = plan.compromised.map((node) => node.id);
  const about = (incident: Incident) =>
    incident.protect === protect && isDeepStrictEqual(new Set(incident.compromised), new Set(compromised));
  const { id } =
    incidents.find((incident) => incident.state === 'open' && about(incident)) ??
    (await client.call('openIncident', { body: { title, compromised, protect } }, signal));
  await client.call('usePlan', { params: { id }, body: plan }, signal);
  return id;
}

/** The execution once it neither runs nor may run by itself. */
async function settled(client: Client, id: string, signal: AbortSignal): Promise<Execution> {
  for (;;) {
    const execution = await client.call('execution', { params: { id } }, signal);
    if (execution !== null && execution.state !== 'running') return execution;
    await sleep(pollMs, undefined, { signal }).catch((cause: unknown) => {
      throw new FirebreakError('FB-CANCELLED', 'It was interrupted; the server works on.', { cause });
    });
  }
}
