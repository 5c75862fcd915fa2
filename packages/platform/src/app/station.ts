/**
 * A running Firebreak without its faces: storage, ledger, incidents and, where there is a target, the estate and the runner.
 * `serve`, `contain`, `undo`, `status` and `evidence` all stand on one.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AnyAction,
  FirebreakError,
  type MissingRight,
  type NodeId,
  type NodeRef,
  type Plan,
} from '@firebreak/contract';
import type { RedactionSpec } from '../detection/redaction/spec.ts';
import { shippedSecretSearches } from '../detection/secrets/index.ts';
import { keyedDigest } from '../detection/secrets/keyed-digest.ts';
import { knownInEstate } from '../detection/secrets/known-in-estate.ts';
import { createRotation, type Rotation } from '../detection/secrets/rotation.ts';
import type { RuleProblem } from '../detection/sigma/language/rule.ts';
import { nodeFinder } from '../events/node-finder.ts';
import { type EventLine, mainLine } from '../events/store.ts';
import type { Vault } from '../evidence/vault.ts';
import { createAuthority } from '../execution/approval/authority.ts';
import { type BreakGlassReviews, createBreakGlassReviews } from '../execution/approval/break-glass.ts';
import { type CapabilityKey, capabilityKey } from '../execution/approval/capability.ts';
import { type ApprovalLinks, createApprovalLinks } from '../execution/approval/links.ts';
import { type ApprovalPolicy, openApprovalPolicy } from '../execution/approval/policy.ts';
import { createRunner, type Runner } from '../execution/runner.ts';
import { keyFromFile, sealFromFile } from '../execution/seal.ts';
import { scopeOf } from '../facts/history.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bestPaths } from '../graph/paths.ts';
import { createIncidents, type Incidents } from '../incidents/incident.ts';
import { protectedWithin } from '../incidents/protected-within.ts';
import { createProve } from '../incidents/prove.ts';
import { createReviews, type Reviews } from '../inventory/reviews/reviews.ts';
import { type Cases, createCases } from '../investigation/cases/cases.ts';
import type { EstateView } from '../investigation/cases/traits.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { loadOrCreateSigner } from '../ledger/key.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { changedSince } from '../planning/changed-since.ts';
import { checkPlan } from '../planning/check-plan.ts';
import { checkSteps } from '../planning/check-steps.ts';
import { type StatementKey, statementKeyOfLedger } from '../promotion/attestations/envelope.ts';
import type { Canaries } from '../recovery/canary/run.ts';
import type { ColdEvents } from '../storage/cold-events.ts';
import type { Transaction } from '../storage/database.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { openCanaries } from './canary/open-canaries.ts';
import { EchoGuard } from './echo-guard.ts';
import { type Collected, EstateHolder } from './estate-holder.ts';
import { evidenceFirst } from './evidence-first.ts';
import { openVault } from './evidence-station.ts';
import { Historian } from './historian.ts';
import { IntakeLine } from './intake-line.ts';
import type { Target } from './joined-target.ts';
import { eventsByIds } from './kept-events.ts';
import { ModelInspector } from './model-inspector.ts';
import type { OutStation } from './out-station.ts';
import { openStationGate, type StationGate } from './promotion-gate.ts';
import type { TakeDetections } from './watch-follower.ts';
import { WatchStation } from './watch-station.ts';

export interface Station {
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly incidents: Incidents;
  readonly reviews: Reviews;
  readonly approvalLinks: ApprovalLinks;
  readonly breakGlasses: BreakGlassReviews;
  readonly clock: Clock;
  /** Detections, and the incidents that they become. */
  readonly cases: Cases;
  /** Secrets that stood in texts. */
  readonly rotation: Rotation;
  /** Keeps what we told others from coming back as news. */
  readonly echoes: EchoGuard;
  /** What may be promoted. */
  readonly gate: StationGate;
  /** What attestations of this installation are signed with: the ledger's key. */
  readonly statementKey: StatementKey;
  /** What was taken as evidence. */
  readonly vault: Vault;
  /** Folders of detection rules beside those that come along. */
  readonly rules: readonly string[];
  /** Events that left the database. */
  readonly coldEvents: ColdEvents;
  /** The one way in for events. */
  readonly intake: IntakeLine;
  /** What looks at events as they come; undefined where nothing watches. */
  readonly watch: WatchStation | undefined;
  /** The ways out to other systems; undefined where none are described. */
  readonly outlets?: OutStation;
  /** Restored versions that take traffic step by step. They are worked on from `work()` on. */
  readonly canaries: Canaries;
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
  /** What our own credentials may not do at this moment. */
  readonly lacking: (signal: AbortSignal) => Promise<readonly MissingRight[]>;
}

export interface StationOptions {
  /** Data directory: keys, and the embedded database unless `database` names another. */
  readonly data: string;
  readonly database: string | undefined;
  /** A file of approval policies; those that come with Firebreak when absent. */
  readonly policies?: string | undefined;
  readonly target: Target | undefined;
  /** Settings of the evidence vault; `evidence.json` of the data directory when absent. */
  readonly evidence?: string | undefined;
  /** Whether people ask over a network, and may take no folder of this machine that the settings do not name. */
  readonly remote?: boolean;
  readonly clock?: Clock;
  /** What is cut out of events before they are kept. */
  readonly redaction?: RedactionSpec | undefined;
  /** Watches events as they come, by these folders of rules beside those that come along. */
  readonly watch?: { readonly rules: readonly string[]; readonly onRefused: (problem: RuleProblem) => void };
  /** Of a server that divides the events with others; the main line when absent. */
  readonly line?: EventLine | undefined;
  /** Seconds that the watch may be behind what is taken in (`IntakeLineParts`). */
  readonly holdBack?: number | undefined;
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
    const signer = await loadOrCreateSigner(keys);
    const ledger = createLedger({ store: storage.ledgerStore, signer, clock });
    const incidents = createIncidents({ store: storage.incidentStore, ledger, clock });
    const { data, target, evidence: file, remote = false } = options;
    const coldEvents = storage.openColdEvents(join(options.data, 'events', 'cold'));
    const vault = await openVault({ data, file, storage, coldEvents, ledger, clock, target, remote });
    let opened: Promise<ApprovalPolicy> | undefined;
    const policy = () => (opened ??= openApprovalPolicy(options.policies));
    const key = capabilityKey(await keyFromFile(join(keys, 'capability.key')));
    const field =
      options.target === undefined
        ? undefined
        : await openField(options.target, {
            storage,
            ledger,
            incidents,
            clock,
            keys,
            policy: await policy(),
            key,
            vault,
            onTrouble: options.onTrouble,
          });
    const canaries = openCanaries({
      storage,
      ledger,
      clock,
      levers: options.target,
      policy,
      key,
      graph: async () => (await field?.holder.current())?.graph,
      asset: assetOf,
      onTrouble: options.onTrouble,
    });
    const approving = {
      approvals: storage.approvalStore,
      transaction: <T>(work: (tx: Transaction) => Promise<T>) => storage.executionStore.transaction(work),
      ledger,
      clock,
    };
    const secretsKey = await keyFromFile(join(keys, 'secrets.key'));
    const intake = new IntakeLine({
      store: storage.eventStore,
      clock,
      appended: (block) => watch?.appended(block),
      redaction: options.redaction === undefined ? undefined : { spec: options.redaction, key: secretsKey },
      line: options.line,
      load: () => watch?.load,
      holdBack: options.holdBack,
    });
    const cases = createCases({
      store: storage.detectionStore,
      ledger,
      clock,
      estate: estateOf(field),
      events: (ids) => eventsByIds({ storage, coldEvents }, ids),
    });
    const rotation = createRotation({
      store: storage.rotationStore,
      events: storage.eventStore,
      ledger,
      clock,
      searches: shippedSecretSearches,
      digest: keyedDigest(secretsKey),
      known: async (secret) => {
        const graph = await estateOf(field)().then((view) => view?.graph);
        return graph === undefined ? [] : knownInEstate(graph.estate, secret);
      },
    });
    const echoes = new EchoGuard({ events: storage.eventStore, ours: storage.ownFindings });
    const gate = await openStationGate({
      data: options.data,
      storage,
      ledger,
      clock,
      incidents,
      graph: async () => (await estateOf(field)())?.graph,
    });
    const watch =
      options.watch === undefined
        ? undefined
        : watchOf(
            storage,
            { cases, rotation, echoes, intake },
            { ...options.watch, line: options.line },
            options.onTrouble,
          );
    const inspector =
      options.watch === undefined || options.target === undefined
        ? undefined
        : new ModelInspector({
            target: options.target,
            store: storage.promotionStore,
            ledger,
            cases,
            clock,
            onTrouble: options.onTrouble ?? (() => undefined),
          });
    if (inspector !== undefined) field?.holder.listen((estate) => inspector.look(estate));
    return {
      storage,
      coldEvents,
      ledger,
      incidents,
      intake,
      watch,
      cases,
      rotation,
      vault,
      echoes,
      gate,
      statementKey: statementKeyOfLedger(signer),
      rules: options.watch?.rules ?? [],
      reviews: createReviews({ store: storage.reviewStore, ledger, clock }),
      approvalLinks: createApprovalLinks(approving),
      breakGlasses: createBreakGlassReviews(approving),
      clock,
      canaries,
      field,
      close: async () => {
        await intake.close();
        await canaries.close();
        await inspector?.close();
        await gate.close();
        await watch?.close();
        await field?.runner.close();
        await field?.historian.close();
        await vault.close();
        await storage.close();
        await options.target?.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** The estate as detections are grouped by it. One that cannot be read holds no detection up: identities are left to group by. */
function estateOf(field: Field | undefined): () => Promise<EstateView | undefined> {
  const views = new WeakMap<AttackGraph, EstateView>();
  return async () => {
    const graph = await field?.holder.current().then(
      (current) => current.graph,
      () => undefined,
    );
    if (graph === undefined) return undefined;
    const view = views.get(graph) ?? { graph, find: nodeFinder(graph) };
    views.set(graph, view);
    return view;
  };
}

function watchOf(
  storage: Storage,
  { cases, rotation, echoes, intake }: Pick<Station, 'cases' | 'rotation' | 'echoes' | 'intake'>,
  { rules, onRefused, line = mainLine }: NonNullable<StationOptions['watch']> & Pick<StationOptions, 'line'>,
  onTrouble: (error: unknown) => void = () => undefined,
): WatchStation {
  const take: TakeDetections = async (found) => {
    const detections = await echoes.withoutEchoes(found);
    await rotation.take(detections);
    await cases.takeDetections(detections);
  };
  return new WatchStation({
    line,
    database: storage.url,
    rules,
    take,
    onTrouble,
    onRules: ({ problems }, texts) => {
      problems.filter(({ warning }) => warning !== true).forEach(onRefused);
      intake.lookBy(texts);
    },
  });
}

interface FieldParts {
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly incidents: Incidents;
  readonly clock: Clock;
  readonly keys: string;
  readonly policy: ApprovalPolicy;
  readonly key: CapabilityKey;
  readonly vault: Vault;
  readonly onTrouble: ((error: unknown) => void) | undefined;
}

async function openField(target: Target, parts: FieldParts): Promise<Field> {
  const historian = new Historian(parts.storage.factHistory, scopeOf([target.spec]), parts.onTrouble);
  const holder = new EstateHolder(target, parts.clock, (estate, at) => historian.keep(estate, at));
  const { actions } = target;
  const proveOn = (collected: (signal: AbortSignal) => Promise<Collected>) =>
    createProve({
      plan: (incident, digest) => parts.incidents.plan(incident, digest),
      reach: async (about, signal) => {
        const { graph } = await collected(signal);
        const indexes = (nodes: readonly NodeRef[]) => nodes.flatMap(({ id }) => graph.indexOf.get(id) ?? []);
        return {
          reachable: protectedWithin(graph, about),
          completeness: graph.completeness,
          waysTo: (goals) => bestPaths(graph, indexes(about.compromised), indexes(goals.slice(0, 20)), { limit: 3 }),
        };
      },
    });
  const runner = createRunner({
    store: parts.storage.executionStore,
    ledger: parts.ledger,
    actions,
    session: (action, params) => target.session(action, params),
    estate: async () => (await holder.current()).estate,
    prove: proveOn((signal) => holder.collect(signal)),
    survey: async (signal) => {
      const fresh = await holder.collect(signal);
      return proveOn(async () => fresh);
    },
    approvals: parts.policy,
    authority: createAuthority({
      approvals: parts.storage.approvalStore,
      store: parts.storage.executionStore,
      ledger: parts.ledger,
      key: parts.key,
      clock: parts.clock,
    }),
    asset: async (id) => assetOf((await holder.current()).graph, id),
    seal: await sealFromFile(join(parts.keys, 'seal.key')),
    evidenceFirst: evidenceFirst(parts.vault),
    clock: parts.clock,
    ...(parts.onTrouble === undefined ? {} : { onTrouble: parts.onTrouble }),
  });
  return { holder, runner, historian, actions, lacking: async (signal) => (await target.lacks?.(signal)) ?? [] };
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
  if (failed === undefined) return;
  const changed = changedSince(plan, graph);
  throw new FirebreakError('FB-PLAN-STALE', `${failed.check}: ${failed.detail}. ${changed.summary}`, {
    detail: { appeared: changed.appeared, vanished: changed.vanished },
  });
}
