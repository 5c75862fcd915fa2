/**
 * The desk of a running server, over its HTTP API. The server works on, whatever becomes of this command: an interrupt ends
 * the watching, not the work. People are who their tokens say, so the second person of a drastic step runs the same
 * `contain` with a token of their own; it finds the incident that waits for them instead of opening another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, type Execution, FirebreakError, type Plan } from '@firebreak/contract';
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
      const id = (await waitingIncident(client, plan, signal)) ?? (await incidentFor(client, plan, title, signal));
      await unless('FB-APPROVAL-SECOND-PERSON', () =>
        client.call('approve', { ...about(id), body: { digest: plan.digest } }, signal),
      );
      return settled(client, id, signal);
    },
    undo: async (id, { force }) => {
      await unless('FB-EXECUTION-BUSY', () => client.call('undo', { ...about(id), body: { force } }, signal));
      return settled(client, id, signal);
    },
    exportEvidence: (id) => client.download('exportEvidence', about(id), signal),
    verifierKey: async (id) => (await client.call('ledger', about(id), signal)).verifierKey,
    close: async () => {},
  };
}

/** What was asked for before is no error when the command is run again: then there is only to watch. */
async function unless(standing: ErrorCode, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code !== standing) throw error;
  }
}

/** The incident in which this very plan waits for approval. */
async function waitingIncident(client: Client, plan: Plan, signal: AbortSignal): Promise<string | undefined> {
  const { incidents } = await client.call('incidents', {}, signal);
  const waits = (state: string) => state === 'planned' || state === 'containing';
  return incidents.find(({ planDigest, state }) => planDigest === plan.digest && waits(state))?.id;
}

async function incidentFor(client: Client, plan: Plan, title: string, signal: AbortSignal): Promise<string> {
  const compromised = plan.compromised.map(({ id }) => id);
  const { id } = await client.call('openIncident', { body: { title, compromised, protect: plan.protect } }, signal);
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
