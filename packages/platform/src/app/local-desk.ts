/** Incidents and their evidence for one command, without a server: a station on the database of a data directory or of one's own. */
import { type Execution, FirebreakError, type Plan } from '@firebreak/contract';
import { rememberTarget } from '../cli/incident-target.ts';
import { watched } from '../cli/watched.ts';
import type { ContainOptions, Desk, WatchRequest, World } from '../cli/world.ts';
import { executionView } from '../execution/view.ts';
import { manifestSet } from '../facts/manifest-set.ts';
import { exportPlaybook } from '../playbooks/export-playbook.ts';
import { notePlaybook } from '../playbooks/note-playbook.ts';
import { caseDesk } from './case-desk.ts';
import { approvePlan } from './handlers/approvals.ts';
import { exportLines, layOverEstate, playbookSource, responseEventLines } from './playbook-station.ts';
import { removeParty, secondParties } from './second-parties.ts';
import { mustHaveField, mustStillHold, openStation, type Station } from './station.ts';
import { openTarget } from './targets.ts';
import { telemetryDesk } from './telemetry-desk.ts';
import { vaultDesk } from './vault-desk.ts';

export async function openDesk(where: Parameters<World['openDesk']>[0], signal: AbortSignal): Promise<Desk> {
  const target = where.target === undefined ? undefined : await openTarget(where.target, signal);
  const { data, database, policies, evidence } = where;
  const station = await openStation({ data, database, policies, evidence, target });
  return {
    cases: caseDesk(station),
    incidents: () => station.incidents.list(),
    incident: (id) => station.incidents.get(id),
    execution: (id) => executionOf(station, id),
    contain: async (plan, options) => {
      const incident = await incidentFor(station, plan, options, signal);
      // before anything is changed, so that it can be undone on the same sources whatever happens
      if (where.target !== undefined) await rememberTarget(where.data, incident, where.target);
      if (options.playbook !== undefined)
        await notePlaybook(station.ledger, { incident, ...options.playbook, by: options.by });
      return contain(station, incident, plan, options, signal);
    },
    preview: (plan) => mustHaveField(station).runner.preview(plan, signal),
    undo: (incident, { by, force, merge }) => undo(station, incident, { by, force, merge }, signal),
    steer: (incident, { how, by }) => mustHaveField(station).runner[how]({ incident, by }),
    renew: (incident, request) => mustHaveField(station).runner.renew({ incident, ...request }),
    watch: (incident, request) => watch(station, incident, request, signal),
    plan: (incident) => station.incidents.plan(incident),
    approve: async (incident, { breakGlass, ...request }) => {
      const { runner } = mustHaveField(station);
      const broken = breakGlass === undefined ? {} : { breakGlass: { reason: breakGlass } };
      const { id } = await approvePlan(station, { ...request, ...broken, incident, role: 'admin' }, signal);
      runner.work();
      return runner.settled(id, signal);
    },
    makeApprovalLink: async () => {
      throw new FirebreakError('FB-USAGE', 'A link needs a server that answers it: give --server and a token.');
    },
    breakGlasses: () => station.breakGlasses.list(),
    reviewBreakGlass: (request) => station.breakGlasses.review(request),
    playbooks: {
      layOver: (wish) => layOverEstate(station, wish, signal),
      exported: async (incident) => exportPlaybook(await playbookSource(station, incident)),
      responseEvents: async function* (incident) {
        await station.incidents.get(incident);
        yield* responseEventLines(station, incident);
      },
      exportIncident: (incident, as) => exportLines(station, incident, as),
    },
    exportEvidence: async function* (request) {
      const { leavingFile } = await import('./handlers/evidence.ts');
      yield* leavingFile(station, request, signal).chunks;
    },
    verifierKey: async () => station.ledger.verifierKey,
    parties: {
      list: () => secondParties(station),
      remove: async (party, reason, actor) => {
        await removeParty(station, party, { actor, reason });
        return secondParties(station);
      },
    },
    reviews: () => station.reviews.list(),
    review: (id) => station.reviews.get(id),
    openReview: (request) => station.reviews.open(request),
    decideReview: (request) => station.reviews.decide(request),
    telemetry: telemetryDesk(station),
    canaries: {
      start: onlyByServer,
      approve: onlyByServer,
      list: () => station.canaries.list(),
      get: (id) => station.canaries.get(id),
      stop: (id, why, by) => station.canaries.stop({ id, why, by }),
    },
    vault: vaultDesk(station, signal),
    recovery: async (name, request, by) => {
      const { askLocally } = await import('./recovery/ask-locally.ts');
      return askLocally(station, name, request, by, signal);
    },
    rotation: (state) => station.rotation.list(state),
    decideRotation: (request) => station.rotation.decide(request),
    close: () => station.close(),
  };
}

async function executionOf(station: Station, incident: string) {
  await station.incidents.get(incident);
  const row = await station.storage.executionStore.latest(incident);
  return row === null ? null : executionView(row);
}

/** The incident that holds this plan unfinished, as a killed command leaves it, or a new one. */
async function incidentFor(
  station: Station,
  plan: Plan,
  options: ContainOptions,
  signal: AbortSignal,
): Promise<string> {
  const unfinished = (await station.incidents.list()).find(
    ({ planDigest, state }) => planDigest === plan.digest && ['planned', 'containing', 'recovering'].includes(state),
  );
  return unfinished?.id ?? openFor(station, plan, options, signal);
}

/** Carries a plan out, from where it stands. */
async function contain(
  station: Station,
  incident: string,
  plan: Plan,
  options: ContainOptions,
  signal: AbortSignal,
): Promise<Execution> {
  const { runner } = mustHaveField(station);
  await runner.start({ incident, plan, by: options.by, lease: options.lease, watch: options.watch });
  let execution = await approveOnce(station, incident, plan, options.by);
  if (options.second !== undefined) execution = await approveOnce(station, incident, plan, options.second);
  runner.work();
  return runner.settled(execution.id, signal);
}

async function openFor(station: Station, plan: Plan, options: ContainOptions, signal: AbortSignal): Promise<string> {
  const field = mustHaveField(station);
  await mustStillHold(field, plan, signal);
  const { estate } = await field.holder.current(signal);
  const { id } = await station.incidents.open({
    title: options.title,
    compromised: plan.compromised.map((node) => node.id),
    protect: plan.protect,
    by: options.by,
  });
  await station.incidents.recordPlan({ incident: id, plan, manifests: manifestSet(estate), by: options.by });
  return id;
}

/** An approval that stands already is not an error when the command is run again. */
async function approveOnce(station: Station, incident: string, plan: Plan, by: string): Promise<Execution> {
  const { runner } = mustHaveField(station);
  try {
    // Whoever has the data directory and the keys in it has them all.
    return await runner.approve({ incident, digest: plan.digest, by, role: 'admin' });
  } catch (error) {
    const standing = await runner.status(incident);
    if (error instanceof FirebreakError && error.code === 'FB-APPROVAL-SECOND-PERSON' && standing !== null)
      return standing;
    throw error;
  }
}

/** Undoes an incident; an undo that a killed command left unfinished is taken up where it stands. */
async function undo(
  station: Station,
  incident: string,
  request: { by: string; force: boolean; merge: boolean },
  signal: AbortSignal,
): Promise<Execution> {
  const { runner } = mustHaveField(station);
  const latest = await runner.status(incident);
  const unfinished = latest?.direction === 'undo' && latest.state === 'running';
  const { id } = unfinished ? latest : await runner.undo({ incident, ...request });
  runner.work();
  return runner.settled(id, signal);
}

/** Looks until the signal ends it, at an interval and whenever the estate changes. */
async function watch(
  station: Station,
  incident: string,
  { by, mode, once, each }: WatchRequest,
  signal: AbortSignal,
): Promise<Execution> {
  const { runner, holder } = mustHaveField(station);
  const seen = (await runner.status(incident))?.watch?.lookedAt ?? null;
  const begun = await runner.watch({ incident, by, mode });
  runner.work();
  if (!once) void holder.follow(signal, () => runner.changed()).catch(() => undefined);
  return watched(async () => (await runner.status(incident)) ?? begun, { seen, once, each, signal });
}

/** A canary goes on for hours, which a command does not. */
async function onlyByServer(): Promise<never> {
  throw new FirebreakError('FB-USAGE', 'A canary needs a server that works on it: give --server and a token.');
}
