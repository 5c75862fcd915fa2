/**
 * The life of an incident: opened, planned, worked on, returned to service. Its state is not kept anywhere; it follows from the newest
 * plan, the newest execution, and whether recovery made them, so it can never disagree with them.
 */
import { FirebreakError, type Incident, type Plan } from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { IncidentRow, IncidentStore } from './store.ts';

export interface Incidents {
  open(request: { title: string; compromised: readonly string[]; protect: string; by: string }): Promise<Incident>;
  /** Newest first. */
  list(): Promise<readonly Incident[]>;
  /** @throws FirebreakError FB-NOT-FOUND */
  get(id: string): Promise<Incident>;
  /**
   * Makes the plan the incident's newest and writes down what it was made from: the plan itself, the set of manifests or
   * facts that the estate was collected from, and the digest of the graph.
   *
   * @throws FirebreakError FB-NOT-FOUND
   */
  recordPlan(request: {
    incident: string;
    plan: Plan;
    /** The facts as collected, in whatever form the caller can show them again; the media type says which. */
    manifests: { readonly bytes: Uint8Array; readonly mediaType: string };
    by: string;
  }): Promise<Incident>;
  /** The plan with this digest, or the newest. @throws FirebreakError FB-NOT-FOUND */
  plan(incident: string, digest?: string): Promise<Plan>;
}

export function createIncidents<Tx>(parts: { store: IncidentStore<Tx>; ledger: Ledger<Tx>; clock: Clock }): Incidents {
  const { store, ledger, clock } = parts;

  async function get(id: string): Promise<Incident> {
    const row = await store.get(id);
    if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no incident ${id}.`);
    return incidentView(row);
  }

  return {
    get,
    list: async () => (await store.list()).map(incidentView),

    async open({ title: given, compromised, protect: asked, by }) {
      // PostgreSQL's text holds no NUL; the ledger shall say what the incident says
      const [title, protect] = [given.replaceAll('\0', '\ufffd'), asked.replaceAll('\0', '\ufffd')];
      const id = newId('inc');
      const openedAt = clock.now().toISOString();
      await store.transaction(async (tx) => {
        await store.create(tx, { id, title, openedAt, openedBy: by, compromised: [...compromised], protect });
        await ledger.append(
          [{ incident: id, kind: 'incident.opened', actor: by, body: { title, compromised, protect } }],
          tx,
        );
      });
      return get(id);
    },

    async recordPlan({ incident, plan, manifests, by }) {
      await get(incident);
      const { digest, verdict, cutCost, lowerBound, totalCost, completeness } = plan;
      const { graphDigest } = plan.certificate;
      await store.transaction(async (tx) => {
        await store.addPlan(tx, incident, plan, clock.now());
        const planBytes = Buffer.from(JSON.stringify(plan));
        const blobs = [
          await ledger.putBlob('plan.json', 'application/json', planBytes, tx),
          await ledger.putBlob('manifests', manifests.mediaType, manifests.bytes, tx),
        ];
        const body = { digest, verdict, cutCost, lowerBound, totalCost, graphDigest, completeness };
        await ledger.append([{ incident, kind: 'plan.made', actor: by, body, blobs }], tx);
      });
      return get(incident);
    },

    async plan(incident, digest) {
      const plan = await store.plan(incident, digest);
      if (plan === null)
        throw new FirebreakError(
          'FB-NOT-FOUND',
          `Incident ${incident} has no ${digest === undefined ? 'plan' : 'such plan'}.`,
        );
      return plan;
    },
  };
}

/** An incident with the state and the sentence that follow from its plan and execution. */
export function incidentView({ execution, planVerdict, access, ...incident }: IncidentRow): Incident {
  const { id, title, openedAt, openedBy, compromised, protect, planDigest } = incident;
  return {
    id,
    title,
    openedAt,
    openedBy,
    compromised,
    protect,
    planDigest,
    ...standing(execution, planVerdict, access),
  };
}

function standing(
  execution: IncidentRow['execution'],
  verdict: IncidentRow['planVerdict'],
  access: IncidentRow['access'],
): Pick<Incident, 'state' | 'note'> {
  // work under way counts before a newer plan; a newer plan counts before what has ended
  if (execution !== null && (execution.state === 'running' || !execution.superseded)) {
    const found = worked(execution);
    if (access !== null && access.execution === execution.id) return givenBack(execution, access.risks, found);
    return execution.recovers && found.state === 'containing' ? { ...found, state: 'recovering' } : found;
  }
  switch (verdict) {
    case null:
      return { state: 'open', note: 'No plan yet.' };
    case 'contained':
      return { state: 'planned', note: 'A plan that cuts off everything protected waits for approval.' };
    case 'partial':
      return { state: 'planned', note: 'A plan that cuts off a part of what is protected waits for approval.' };
    case 'nothing-to-cut':
      return { state: 'planned', note: 'Nothing protected is reachable; the plan has no cut.' };
  }
}

/**
 * An undo that recovery asked for, because access returns: what it leaves standing delivers the versions that were verified, and is no
 * sign that something came loose. Where it ends early, that is said as of any undo.
 */
function givenBack(
  { state, done, steps, partial }: NonNullable<IncidentRow['execution']>,
  risks: readonly string[],
  found: Pick<Incident, 'state' | 'note'>,
): Pick<Incident, 'state' | 'note'> {
  if (state === 'running' || state === 'paused')
    return {
      state: 'recovering',
      note: `Access is being given back: ${done} of ${steps} steps undone.`,
    };
  if (state !== 'undone') return found;
  const kept = partial ? ' What delivers the restored versions stays.' : '';
  const left =
    risks.length === 0
      ? 'Nobody had to take a risk for it.'
      : `Risks that were taken: ${risks.slice(0, fewRisks).join(' ')}${risks.length > fewRisks ? ` And ${risks.length - fewRisks} more.` : ''}`;
  return { state: 'returned', note: `Access is back.${kept} ${left}` };
}

/** In the note of an incident; all of them are in the ledger. */
const fewRisks = 5;

function worked(execution: NonNullable<IncidentRow['execution']>): Pick<Incident, 'state' | 'note'> {
  const { direction, state, done, steps, reason, proof, partial } = execution;
  const progress = `${done} of ${steps} steps`;
  const why = reason === null ? '' : ` ${reason}`;
  switch (state) {
    case 'waiting-approval':
      return done === 0
        ? { state: 'planned', note: 'The plan waits for approval.' }
        : { state: 'containing', note: `${progress} done; the next one waits for approval.` };
    case 'running':
      return direction === 'contain'
        ? { state: 'containing', note: `${progress} done.` }
        : { state: 'undoing', note: `${progress} undone.` };
    case 'paused':
      return direction === 'contain'
        ? { state: 'containing', note: `Paused: ${progress} done.` }
        : { state: 'undoing', note: `Paused: ${progress} undone.` };
    case 'not-contained':
      return { state: 'not-contained', note: proof?.detail ?? 'It was contained and is no longer.' };
    case 'contained':
      return { state: 'contained', note: proof?.detail ?? 'Contained.' };
    case 'done-unproven':
      return {
        state: 'stopped',
        note: `All steps are done, but it is not proven contained. ${proof?.detail ?? ''}`.trim(),
      };
    case 'stopped':
      return direction === 'contain'
        ? { state: 'stopped', note: `Stopped after ${progress}.${why}` }
        : { state: 'stopped', note: `The undo is not complete: ${progress} undone.${why}` };
    case 'undone':
      if (partial) return { state: 'not-contained', note: `${steps} steps were undone; the others stand.` };
      return { state: 'undone', note: `Undone.${why}` };
  }
}
