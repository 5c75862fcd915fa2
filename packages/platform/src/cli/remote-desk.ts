/**
 * The desk of a running server, over its HTTP API. The server works on, whatever becomes of this command: an interrupt ends
 * the watching, not the work. People are who their tokens say, so the second person of a drastic step runs the same
 * `contain` with a token of their own; it finds the incident that waits for them instead of opening another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ErrorCode, type Execution, FirebreakError, type Incident, type Plan } from '@firebreak/contract';
import { type Client, createClient } from '../http/client.ts';
import { remoteCases } from './remote-cases.ts';
import { remoteVault } from './vault-desk.ts';
import { watched } from './watched.ts';
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
    cases: remoteCases(client, signal),
    incidents: async () => (await client.call('incidents', {}, signal)).incidents,
    incident: (id) => client.call('incident', about(id), signal),
    execution: (id) => client.call('execution', about(id), signal),
    preview: async (plan) => (await client.call('previewPlan', { body: plan }, signal)).steps,
    contain: async (plan, { title, lease, watch, playbook }) => {
      const id = await incidentWith(client, plan, title, signal);
      if (playbook !== undefined) {
        const body = { document: playbook.document, confirmed: [...playbook.confirmed] };
        await client.call('notePlaybook', { ...about(id), body }, signal);
      }
      const wish = {
        ...(lease === undefined ? {} : { lease: { ...lease } }),
        ...(watch === undefined ? {} : { watch }),
      };
      await unless('FB-APPROVAL-SECOND-PERSON', () => approve(client, id, plan, wish, signal));
      return settled(client, id, signal);
    },
    undo: async (id, { force, merge }) => {
      await unless('FB-EXECUTION-BUSY', () => client.call('undo', { ...about(id), body: { force, merge } }, signal));
      return settled(client, id, signal);
    },
    steer: (id, { how }) => client.call(how, about(id), signal),
    renew: (id, { forMs, steps }) => {
      const body = { ...(forMs === undefined ? {} : { forMs }), ...(steps === undefined ? {} : { steps: [...steps] }) };
      return client.call('renew', { ...about(id), body }, signal);
    },
    watch: async (id, { mode, once, each }) => {
      const seen = (await client.call('execution', about(id), signal))?.watch?.lookedAt ?? null;
      const body = mode === undefined ? {} : { mode };
      const begun = await client.call('watch', { ...about(id), body }, signal);
      const look = async () => (await client.call('execution', about(id), signal)) ?? begun;
      return watched(look, { seen, once, each, signal });
    },
    plan: (id) => client.call('plan', about(id), signal),
    approve: async (id, { digest, steps, breakGlass }) => {
      const body = {
        digest,
        ...(steps === undefined ? {} : { steps: [...steps] }),
        ...(breakGlass === undefined ? {} : { breakGlass: { reason: breakGlass } }),
      };
      await client.call('approve', { ...about(id), body }, signal);
      return settled(client, id, signal);
    },
    makeApprovalLink: async (id, { person, steps, minutes }) => {
      const body = {
        minutes,
        ...(person === undefined ? {} : { for: person }),
        ...(steps === undefined ? {} : { steps: [...steps] }),
      };
      const made = await client.call('makeApprovalLink', { ...about(id), body }, signal);
      return { ...made, link: new URL(made.link, server).href };
    },
    breakGlasses: async () => (await client.call('breakGlasses', {}, signal)).breakGlasses,
    reviewBreakGlass: ({ id, verdict, note }) =>
      client.call('reviewBreakGlass', { ...about(id), body: { verdict, note } }, signal),
    playbooks: {
      layOver: (wish) => client.call('layOverPlaybook', { body: wish }, signal),
      exported: (id) => client.call('exportPlaybook', about(id), signal),
      responseEvents: (id) => client.download('responseEvents', about(id), signal),
      exportIncident: (id, as) => client.download('exportIncident', { ...about(id), query: { as } }, signal),
    },
    exportEvidence: ({ incident, since, reason }) => {
      const query = {
        ...(since.length === 0 ? {} : { since: since.join(',') }),
        ...(reason === undefined ? {} : { reason }),
      };
      return client.download('exportEvidence', { ...about(incident), query }, signal);
    },
    verifierKey: async (id) => (await client.call('ledger', about(id), signal)).verifierKey,
    reviews: async () => (await client.call('reviews', {}, signal)).reviews,
    review: (id) => client.call('review', about(id), signal),
    openReview: ({ title, due, query }) => client.call('openReview', { body: { title, due, query } }, signal),
    telemetry: {
      show: () => client.call('telemetry', {}, signal),
      send: (body) => client.call('takeTelemetry', { body }, signal),
    },
    canaries: {
      start: (config) => client.call('startCanary', { body: config }, signal),
      list: async () => (await client.call('canaries', { query: {} }, signal)).canaries,
      get: (id) => client.call('canary', about(id), signal),
      approve: (id, digest) => client.call('approveCanary', { ...about(id), body: { digest } }, signal),
      stop: (id, why) => client.call('stopCanary', { ...about(id), body: { why } }, signal),
    },
    vault: remoteVault(client, signal),
    parties: {
      list: () => client.call('secondParties', {}, signal),
      remove: (party, reason) => client.call('removeSecondParty', { body: { party, reason } }, signal),
    },
    recovery: (name, request) => client.call(name, request, signal),
    rotation: async (state) =>
      (await client.call('rotation', { query: state === undefined ? {} : { state } }, signal)).items,
    decideRotation: ({ id, state, reason }) =>
      client.call('decideRotation', { ...about(id), body: { state, reason } }, signal),
    decideReview: ({ review, item, verdict, note }) =>
      client.call('decideReview', { ...about(review), body: { item, verdict, note } }, signal),
    close: async () => {},
  };
}

const refusals: readonly ErrorCode[] = ['FB-AUTH-FORBIDDEN', 'FB-APPROVAL-REFUSED'];

/** A responder may bring a plan that an approver then approves: the error says that it is there. */
async function approve(
  client: Client,
  id: string,
  { digest }: Plan,
  wish: Pick<NonNullable<Parameters<typeof client.call<'approve'>>[1]['body']>, 'lease' | 'watch'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.call('approve', { params: { id }, body: { digest, ...wish } }, signal);
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
    ({ planDigest, state }) => planDigest === plan.digest && ['planned', 'containing', 'recovering'].includes(state),
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
