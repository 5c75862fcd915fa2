/**
 * Everything that one scenario needs for itself: a small world on the real cluster, a proxy that leads to it, a data directory
 * (and its own database on the separate server, unless the embedded one is wanted), and a plan.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerEntry, Plan } from '@firebreak/contract';
import { world as firebreakWorld } from '../../../packages/platform/src/app/compose.ts';
import { openStation } from '../../../packages/platform/src/app/station.ts';
import type { ExecutionRow } from '../../../packages/platform/src/execution/store.ts';
import { at } from '../../../packages/platform/src/intake/foreign.ts';
import { exportEvidence } from '../../../packages/platform/src/ledger/evidence-export.ts';
import { verifyEvidence } from '../../../packages/platform/src/ledger/evidence-verify.ts';
import { openStorage, type Storage } from '../../../packages/platform/src/storage/storage.ts';
import type { TestServer } from '../../../packages/platform/src/storage/test-database.ts';
import { type Cluster, eventually, forever } from './cluster.ts';
import { type Running, start } from './firebreak.ts';
import { openProxy, type ProxyToCluster } from './proxy.ts';
import type { Responder } from './responder.ts';
import { type SmallWorld, smallWorld } from './small-world.ts';

export interface Stage {
  readonly world: SmallWorld;
  readonly proxy: ProxyToCluster;
  readonly data: string;
  /** Leads to the cluster through the proxy. */
  readonly kubeconfig: string;
  readonly plan: Plan;
  readonly planFile: string;
  /** `--data` and, with a server of one's own, `--database`. */
  readonly where: readonly string[];
  contain(...more: readonly string[]): Running;
  undo(incident: string, ...more: readonly string[]): Running;
  /** The newest execution of the only incident, as the database has it; null while there is none or nobody answers. */
  progress(): Promise<ExecutionRow | null>;
  /** The only incident. */
  incident(): Promise<string>;
  /** The evidence as exported and verified with the station's key, and its entries. Nobody else may have the data open. */
  evidence(): Promise<{ ok: boolean; failed: readonly string[]; entries: readonly LedgerEntry[] }>;
  /** Process id of the embedded database server. */
  databasePid(): Promise<number>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly cluster: Cluster;
  readonly responder: Responder;
  /** Undefined: the embedded database. */
  readonly server: TestServer | undefined;
  readonly widelyUsed?: boolean;
}

export async function openStage({ cluster, responder, server, widelyUsed = false }: StageOptions): Promise<Stage> {
  const world = smallWorld({ widelyUsed });
  const data = await dataDirectory();
  const kubeconfig = join(data, 'kubeconfig');
  const database = await server?.database();
  const where = ['--data', data, ...(database === undefined ? [] : ['--database', database])];
  const proxy = await openProxy({ admin: cluster.kubeconfig, kubeconfig, token: responder.token });
  await cluster.create(world.objects);
  await settledIn(cluster, world);

  const source = await firebreakWorld.open([`kubernetes:${kubeconfig}`], forever, () => undefined);
  const plan = await firebreakWorld.plan(source, {
    compromised: [world.compromised],
    protect: world.protect,
    forbid: [],
  });
  const planFile = join(data, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));

  const journal = openJournal(database ?? (() => embeddedUrl(data)));
  return {
    world,
    proxy,
    data,
    kubeconfig,
    plan,
    planFile,
    where,
    contain: (...more) =>
      start('contain', planFile, '--kubeconfig', kubeconfig, ...where, '--approve', '--as', 'ada', '--json', ...more),
    undo: (incident, ...more) =>
      start('undo', incident, '--kubeconfig', kubeconfig, ...where, '--as', 'ada', '--json', ...more),
    progress: async () => (await journal())?.execution ?? null,
    async incident() {
      const seen = await journal();
      if (seen?.incidents.length !== 1) throw new Error(`there are ${seen?.incidents.length} incidents, not one`);
      return seen.incidents[0] ?? '';
    },
    async evidence() {
      await journal.rest();
      const station = await openStation({ data, database, target: undefined });
      try {
        const [incident] = await station.incidents.list();
        if (incident === undefined) throw new Error('there is no incident');
        const request = { ledger: station.ledger, incident: incident.id, actor: 'test' };
        const report = await verifyEvidence(exportEvidence(request), { verifierKey: station.ledger.verifierKey });
        const entries: LedgerEntry[] = [];
        for await (const { entry } of station.ledger.entries(incident.id)) entries.push(entry);
        return { ok: report.ok, failed: report.checks.filter(({ ok }) => !ok).map(({ check }) => check), entries };
      } finally {
        await station.close();
      }
    },
    databasePid: async () => Number((await postmaster(data))[0]),
    async close() {
      await journal.rest();
      await proxy.close();
      // The namespace, and with it everything else.
      await cluster.remove(world.objects[0] ?? {});
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** As root the embedded server runs as somebody else, who must be let in. */
export async function dataDirectory(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'firebreak-scenario-'));
  await chmod(data, 0o755);
  return data;
}

/** The controllers have started the pods and filled the token secret: from now on only we change anything. */
async function settledIn(cluster: Cluster, world: SmallWorld): Promise<void> {
  await eventually(
    () => cluster.get(['Secret', world.namespace, 'runner-token']),
    (secret) => at(secret, 'data', 'token') !== undefined,
  );
  for (const { metadata } of world.objects.filter(({ kind }) => kind === 'Deployment')) {
    await eventually(
      () => cluster.get(['Deployment', world.namespace, String(metadata?.name)]),
      (deployment) => at(deployment, 'status', 'readyReplicas') === at(deployment, 'spec', 'replicas'),
    );
  }
}

interface Seen {
  readonly incidents: readonly string[];
  readonly execution: ExecutionRow | null;
}

/** Reads the database while others work on it. The embedded one comes and goes with them, each time on another port. */
function openJournal(url: string | (() => Promise<string | null>)) {
  let open: { url: string; storage: Storage } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  async function rest(): Promise<void> {
    await open?.storage.close();
    open = undefined;
  }
  /** One look at a time: each may have to open another database. */
  function look(): Promise<Seen | null> {
    const next = last.then(lookNow);
    last = next;
    return next;
  }
  async function lookNow(): Promise<Seen | null> {
    const now = typeof url === 'string' ? url : await url();
    if (now === null) return null;
    try {
      if (open?.url !== now) {
        await rest();
        open = { url: now, storage: await openStorage({ url: now }) };
      }
      const { storage } = open;
      const incidents = (await storage.incidentStore.list()).map(({ id }) => id);
      const [first] = incidents;
      return { incidents, execution: first === undefined ? null : await storage.executionStore.latest(first) };
    } catch {
      // It is starting, or has just been killed.
      return null;
    }
  }
  return Object.assign(look, { rest });
}

/** Lines of `postmaster.pid`: process id, data directory, start time, port, … */
async function postmaster(data: string): Promise<readonly string[]> {
  return (await readFile(join(data, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
}

async function embeddedUrl(data: string): Promise<string | null> {
  try {
    const password = (await readFile(join(data, 'postgres.password'), 'utf8')).trim();
    const [, , , port] = await postmaster(data);
    return `postgres://firebreak:${password}@127.0.0.1:${port}/firebreak`;
  } catch {
    // Nobody has started it yet.
    return null;
  }
}
