/**
 * Inspects model versions as they are registered: fetched through the registry that holds them, read, and forgotten. What must stay
 * true: each version is looked at once; what could not be read is kept as `cannot-tell` with its reason and is never safe;
 * what is unsafe becomes a detection, and so an incident. One at a time, so that a flood of versions does not take the server down.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactReport, Detection, Estate } from '@firebreak/contract';
import { inspectFiles } from '../artifacts/inspection/inspect-files.ts';
import { hashModel } from '../artifacts/signing/hashing/hash-model.ts';
import { compareResources } from '../artifacts/signing/resource-name.ts';
import { rootOf } from '../artifacts/signing/statement.ts';
import { fetchVersion } from '../connectors/mlflow/artifact-files.ts';
import type { MlflowSession } from '../connectors/mlflow/session.ts';
import type { Cases } from '../investigation/cases/cases.ts';
import type { Clock } from '../kernel/clock.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PromotionStore } from '../promotion/store.ts';
import type { Transaction } from '../storage/database.ts';
import type { Target } from './joined-target.ts';

/** Versions that were there before anybody watched: so many of the newest are looked at. */
const mostAtFirst = 20;
const mostWaiting = 500;
const perFileMs = 120_000;

interface Version {
  readonly id: string;
  readonly server: string;
  readonly storage: string | undefined;
}

interface InspectorParts {
  readonly target: Target;
  readonly store: PromotionStore<Transaction>;
  readonly ledger: Ledger<Transaction>;
  readonly cases: Pick<Cases, 'takeDetections'>;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown) => void;
}

export class ModelInspector {
  readonly #parts: InspectorParts;
  readonly #stop = new AbortController();
  readonly #seen = new Set<string>();
  #waiting: Version[] = [];
  #working: Promise<void> = Promise.resolve();
  #first = true;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
  }

  /** Takes note of the versions of an estate; the work is done later. */
  look(estate: Estate): void {
    const fresh = estate
      .all('mlflow.model-version')
      .filter(({ id }) => !this.#seen.has(id))
      .toSorted((a, b) => ((a.data.created ?? '') < (b.data.created ?? '') ? 1 : -1));
    for (const { id } of fresh) this.#seen.add(id);
    const wanted = this.#first ? fresh.slice(0, mostAtFirst) : fresh;
    this.#first = false;
    const versions = wanted.map(({ id, data }) => ({ id, server: data.server, storage: data.storage ?? data.source }));
    this.#waiting = [...this.#waiting, ...versions].slice(0, mostWaiting);
    this.#working = this.#working.then(() => this.#work());
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async close(): Promise<void> {
    this.#waiting = [];
    this.#stop.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        if ((await this.#parts.store.inspection(next.id)) === null) await this.#inspect(next);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#parts.onTrouble(error);
      }
    }
  }

  async #inspect({ id, server, storage }: Version): Promise<void> {
    const { store, ledger, cases, clock } = this.#parts;
    const session = this.#sessionFor(server);
    // What nobody here can fetch was not looked at, and nothing is said of it.
    if (session === undefined || storage === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), 'firebreak-inspect-'));
    try {
      const { signal } = this.#stop;
      const fetched = await fetchVersion(session.ours, storage, join(folder, 'model'), signal);
      const { report, digest } =
        'untold' in fetched ? unread(id, fetched.untold, clock) : await readFolder(folder, clock, signal);
      await store.transaction(async (tx) => {
        await store.putInspection(tx, { subject: id, digest, because: 'It was registered.', report });
        const rules = [...new Set(report.files.flatMap(({ reasons }) => reasons.map(({ rule }) => rule)))].slice(0, 50);
        const body = { subject: id, digest, verdict: report.verdict, files: report.files.length, rules };
        await ledger.append([{ incident: null, kind: 'artifact.inspected', actor: 'inspector', body }], tx);
      });
      if (report.verdict === 'unsafe') await cases.takeDetections([detectionOf(id, report)]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #sessionFor(server: string) {
    try {
      const session = this.#parts.target.session('mlflow.move-alias', { server }) as MlflowSession;
      return session.kind === 'server' ? session : undefined;
    } catch {
      return undefined;
    }
  }
}

async function readFolder(folder: string, clock: Clock, signal: AbortSignal) {
  const model = join(folder, 'model');
  const wish = { paths: [model], allowed: [], perFile: perFileMs, now: () => clock.now(), signal };
  const { files, ...rest } = await inspectFiles(wish);
  const how = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: [] } as const;
  const { resources, refusals } = await hashModel(model, how, signal);
  const digest = refusals.length > 0 ? '' : `sha256:${rootOf(resources.toSorted(compareResources))}`;
  // Where it lay for a moment is nobody's business.
  const named = files.map((file) => ({ ...file, path: file.path.slice(model.length + 1) }));
  return { report: { ...rest, files: named }, digest };
}

function unread(id: string, problem: string, clock: Clock): { report: ArtifactReport; digest: string } {
  const reason = { rule: 'file/unfetched', verdict: 'cannot-tell' as const, inside: [], offset: 0, what: problem };
  return {
    digest: '',
    report: {
      kind: 'firebreak/artifact-report',
      at: clock.now().toISOString(),
      verdict: 'cannot-tell',
      files: [
        {
          path: id,
          bytes: 0,
          sha256: '',
          format: 'unknown',
          verdict: 'cannot-tell',
          reasons: [reason],
          moreReasons: 0,
        },
      ],
    },
  };
}

function detectionOf(subject: string, { at, files }: ArtifactReport): Detection {
  const bad = files.flatMap(({ path, reasons }) =>
    reasons.flatMap(({ verdict, what, offset }) =>
      verdict === 'unsafe' ? [`${path} at byte ${offset}: ${what}`] : [],
    ),
  );
  return {
    id: sha256Hex(`artifact/unsafe-model\n${subject}`),
    detector: 'artifact/unsafe-model',
    status: 'stable',
    severity: 'critical',
    title: 'A model was registered that is not safe to load',
    note: bad.slice(0, 5).join(' '),
    first: at,
    last: at,
    by: [],
    about: [subject],
    sessions: [],
    events: [],
    count: 1,
    what: 'The files of a registered model version would run, read or write something when they are loaded, or do not parse cleanly.',
    why: 'Whoever can register a model runs code wherever it is loaded.',
    next: 'Do not load it. Move aliases away from it, archive it, and find out who registered it and what loaded it already.',
    techniques: ['atlas.aml.t0018', 'atlas.aml.t0010'],
  };
}
