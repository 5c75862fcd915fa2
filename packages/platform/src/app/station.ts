/**
 * A running Firebreak without its faces: storage, ledger, incidents and, where there is a target, the estate and the runner.
 * `serve`, `contain`, `undo`, `status` and `evidence` all stand on one.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyAction, FirebreakError, type NodeId, type Plan } from '@firebreak/contract';
import { openApprovalPolicy } from '../execution/approval/policy.ts';
import { createRunner, type Runner } from '../execution/runner.ts';
import { sealFromFile } from '../execution/seal.ts';
import { scopeOf } from '../facts/history.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { createIncidents, type Incidents } from '../incidents/incident.ts';
import { protectedWithin } from '../incidents/protected-within.ts';
import { createProve } from '../incidents/prove.ts';
import { createReviews, type Reviews } from '../inventory/reviews/reviews.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { loadOrCreateSigner } from '../ledger/key.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { checkPlan } from '../planning/check-plan.ts';
import { checkSteps } from '../planning/check-steps.ts';
import type { Transaction } from '../storage/database.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { EstateHolder } from './estate-holder.ts';
import { Historian } from './historian.ts';
import type { Target } from './joined-target.ts';

export interface Station {
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly incidents: Incidents;
  readonly reviews: Reviews;
  readonly clock: Clock;
  /** Undefined when there is no target: past incidents can then be read, not worked on. */
  readonly field: Field | undefined;
  close(): Promise<void>;
}

/** What is there only with a target. */
export interface Field {
  readonly holder: EstateHolder;
  readonly runner: Runner;
  readonly historian: Historian;
  readonly actions: readonly AnyAction[];
}

export interface StationOptions {
  /** Data directory: keys, and the embedded database unless `database` names another. */
  readonly data: string;
  readonly database: string | undefined;
  /** A file of approval policies; those that come with Firebreak when absent. */
  readonly policies?: string | undefined;
  readonly target: Target | undefined;
  readonly clock?: Clock;
  readonly onTrouble?: (error: unknown) => void;
}

export async function openStation(options: StationOptions): Promise<Station> {
  const clock = options.clock ?? systemClock;
  // Not 0700: as root the embedded server runs as another user below it. The secret files in it are 0600 each.
  await mkdir(options.data, { recursive: true, mode: 0o755 });
  const storage = await openStorage(
    options.database === undefined ? { data: options.data } : { url: options.database },
    clock,
  );
  try {
    const keys = join(options.data, 'keys');
    const ledger = createLedger({ store: storage.ledgerStore, signer: await loadOrCreateSigner(keys), clock });
    const incidents = createIncidents({ store: storage.incidentStore, ledger, clock });
    const field =
      options.target === undefined
        ? undefined
        : await openField(options.target, {
            storage,
            ledger,
            incidents,
            clock,
            keys,
            policies: options.policies,
            onTrouble: options.onTrouble,
          });
    return {
      storage,
      ledger,
      incidents,
      reviews: createReviews({ store: storage.reviewStore, ledger, clock }),
      clock,
      field,
      close: async () => {
        await field?.runner.close();
        await field?.historian.close();
        await storage.close();
        await options.target?.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

interface FieldParts {
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly incidents: Incidents;
  readonly clock: Clock;
  readonly keys: string;
  readonly policies: string | undefined;
  readonly onTrouble: ((error: unknown) => void) | undefined;
}

async function openField(target: Target, parts: FieldParts): Promise<Field> {
  const historian = new Historian(parts.storage.factHistory, scopeOf([target.spec]), parts.onTrouble);
  const holder = new EstateHolder(target, parts.clock, (estate, at) => historian.keep(estate, at));
  const { actions } = target;
  const runner = createRunner({
    store: parts.storage.executionStore,
    ledger: parts.ledger,
    actions,
    session: (action, params) => target.session(action, params),
    estate: async () => (await holder.current()).estate,
    prove: createProve({
      plan: (incident, digest) => parts.incidents.plan(incident, digest),
      reach: async (about, signal) => {
        const { graph } = await holder.collect(signal);
        return { reachable: protectedWithin(graph, about), completeness: graph.completeness };
      },
    }),
    approvals: await openApprovalPolicy(parts.policies),
    asset: async (id) => assetOf((await holder.current()).graph, id),
    seal: await sealFromFile(join(parts.keys, 'seal.key')),
    clock: parts.clock,
    ...(parts.onTrouble === undefined ? {} : { onTrouble: parts.onTrouble }),
  });
  return { holder, runner, historian, actions };
}

function assetOf(graph: AttackGraph, id: NodeId) {
  const node = graph.nodes[graph.indexOf.get(id) ?? -1];
  return node === undefined ? undefined : { class: node.class, about: node.about };
}

/** The field, or an error that says how to get one. @throws FirebreakError FB-USAGE */
export function mustHaveField(station: Station): Field {
  if (station.field === undefined)
    throw new FirebreakError('FB-USAGE', 'There is no target to work on: give --kubeconfig or --from.');
  return station.field;
}

/**
 * Whether a plan still holds for the estate as it is now: the closed set must still be closed. A collect that changed
 * something else does not make a plan stale.
 *
 * @throws FirebreakError FB-PLAN-STALE
 */
export async function mustStillHold(field: Field, plan: Plan, signal: AbortSignal): Promise<void> {
  const { graph } = await field.holder.collect(signal);
  const failed = checkPlan(plan, graph, [checkSteps(plan, field.actions)]).checks.find(({ ok }) => !ok);
  if (failed !== undefined) throw new FirebreakError('FB-PLAN-STALE', `${failed.check}: ${failed.detail}.`);
}
