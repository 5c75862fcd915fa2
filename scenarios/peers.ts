/**
 * Brings up the real counterparts for the integration suite, all at the same time, and takes them down after it: an API
 * server with its controllers, a separate PostgreSQL, the standard transparency-log verifier, Chromium. A peer that cannot
 * be had fails the suite. What is named by its variable already (a cluster of one's own, say) is used as it is and left
 * running; tests make namespaces and databases of their own in it, and the demo estate stays behind in a cluster.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const run = promisify(execFile);
const peers = new URL('../peers/', import.meta.url).pathname;
/** A first build of the API server takes minutes. */
const installMs = 40 * 60_000;

interface Peer {
  readonly script: string;
  /** Set when it is up; then nothing is started. */
  readonly variable: string;
  /** Name of the variable that the script prints, when it differs. */
  readonly prints?: string;
  /** What else must be set with it by whoever brings a peer of their own. */
  readonly alongside?: readonly string[];
  /** A peer that runs, and is stopped after the suite. */
  readonly stop?: string;
  /** Only test files whose path matches need it; without it, all may. */
  readonly for?: RegExp;
}

const wanted: readonly Peer[] = [
  {
    script: 'tlog/install',
    variable: 'FIREBREAK_TLOG_VERIFY',
    for: /\/(src\/ledger\/|scenarios\/recovery\/poisoned)/,
  },
  { script: 'chromium/install', variable: 'CHROMIUM', for: /\.browser\.test\.ts$/ },
  { script: 'postgresql/start', variable: 'FIREBREAK_DATABASE_URL', stop: 'postgresql/stop' },
  {
    script: 'kubernetes/start',
    variable: 'FIREBREAK_KUBECONFIG',
    prints: 'KUBECONFIG',
    alongside: ['FIREBREAK_K8S_AUDIT_LOG'],
    stop: 'kubernetes/stop',
    for: /\/(scenarios\/containment\/(?!(github|registry)-)|scenarios\/(promotion\/|canary\/cluster)|connectors\/kubernetes\/)/,
  },
  {
    script: 'registry/start',
    variable: 'FIREBREAK_REGISTRY_URL',
    stop: 'registry/stop',
    for: /\/((connectors\/(oci|data)|evidence\/stores|scenarios\/promotion)\/|scenarios\/recovery\/old-secret)/,
  },
  { script: 'scipy/install', variable: 'FIREBREAK_SCIPY_PYTHON', for: /\/scenarios\/canary\/scipy/ },
  { script: 'promtool/install', variable: 'FIREBREAK_PROMTOOL', for: /\/scenarios\/metrics\// },
  { script: 'bom/install', variable: 'FIREBREAK_BOM_PYTHON', for: /\/scenarios\/bom\// },
  {
    script: 'versitygw/start',
    variable: 'FIREBREAK_S3_URL',
    alongside: ['FIREBREAK_S3_KEY', 'FIREBREAK_S3_SECRET'],
    stop: 'versitygw/stop',
    for: /\/(evidence\/stores\/|connectors\/data\/|cli\/feed\/|scenarios\/evidence-vault\/by-reference)/,
  },
  { script: 'dvc/install', variable: 'FIREBREAK_DVC', for: /\/scenarios\/evidence-vault\/dvc/ },
  { script: 'age/install', variable: 'FIREBREAK_AGE_BIN', for: /\/evidence\/sealing\// },
  { script: 'moto/start', variable: 'FIREBREAK_MOTO_URL', stop: 'moto/stop', for: /\/evidence\/sealing\// },
  { script: 'case/install', variable: 'FIREBREAK_CASE_VALIDATE', for: /\/src\/incidents\/file\// },
  { script: 'artifacts/install', variable: 'FIREBREAK_MODELS', for: /\/scenarios\/artifacts\// },
  { script: 'ocsf/install', variable: 'FIREBREAK_OCSF_SCHEMAS', for: /\/response-events\// },
  { script: 'stix/install', variable: 'FIREBREAK_STIX_PYTHON', for: /\/response-events\// },
  {
    script: 'alertmanager/start',
    variable: 'FIREBREAK_ALERTMANAGER_URL',
    stop: 'alertmanager/stop',
    for: /\/response-events\/outlets\//,
  },
  {
    script: 'prometheus/start',
    variable: 'FIREBREAK_PROMETHEUS_URL',
    alongside: ['FIREBREAK_PROMETHEUS_DIR'],
    stop: 'prometheus/stop',
    for: /\/(src\/app\/canary|scenarios\/recovery)\//,
  },
  {
    script: 'rsyslog/start',
    variable: 'FIREBREAK_RSYSLOG_ADDRESS',
    alongside: ['FIREBREAK_RSYSLOG_FILE'],
    stop: 'rsyslog/stop',
    for: /\/response-events\/outlets\//,
  },
  {
    script: 'nats/start',
    variable: 'FIREBREAK_NATS_URL',
    alongside: ['FIREBREAK_NATS_DIR'],
    stop: 'nats/stop',
    for: /\/scenarios\/(hunt\/|events\/partitions)/,
  },
  {
    script: 'mlflow/start',
    variable: 'FIREBREAK_MLFLOW_URL',
    stop: 'mlflow/stop',
    for: /\/(connectors\/mlflow|scenarios\/(recovery|promotion|telemetry))\//,
  },
  {
    script: 'pgvector/start',
    variable: 'FIREBREAK_PGVECTOR_URL',
    stop: 'pgvector/stop',
    for: /\/(connectors\/stores\/|scenarios\/recovery\/old-secret)/,
  },
  {
    script: 'gitleaks/install',
    variable: 'FIREBREAK_GITLEAKS',
    alongside: ['FIREBREAK_GITLEAKS_RULES'],
    for: /\/scenarios\/secrets\//,
  },
  {
    script: 'sigma/install',
    variable: 'FIREBREAK_SIGMA_PEER',
    alongside: ['FIREBREAK_SIGMA_PYTHON'],
    for: /\/scenarios\/sigma\//,
  },
  {
    script: 'model-signing/install',
    variable: 'FIREBREAK_MODEL_SIGNING_PYTHON',
    alongside: ['FIREBREAK_MODEL_SIGNING_TRUST_ROOT'],
    for: /\/scenarios\/model-signing\//,
  },
  {
    script: 'litellm/start',
    variable: 'FIREBREAK_LITELLM_URL',
    stop: 'litellm/stop',
    for: /\/connectors\/litellm\/[^/]*$/,
  },
  {
    script: 'litellm-database/start',
    variable: 'FIREBREAK_LITELLM_DATABASE_PROXY_URL',
    alongside: ['FIREBREAK_LITELLM_DATABASE_PROXY_KEY'],
    stop: 'litellm-database/stop',
    for: /\/(connectors\/litellm\/(actions|credential-probes)\/|scenarios\/(canary\/live|recovery\/poisoned))/,
  },
];

type Stop = () => Promise<void>;

/** vitest globalSetup; gives what takes everything down again. */
export async function setup(project: TestProject): Promise<Stop> {
  const files = await filesToRun(project);
  const stops: Stop[] = [];
  const stopAll = async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
  const needed = wanted.filter((peer) => files.some((file) => peer.for?.test(file) ?? true));
  const ends = await Promise.allSettled(needed.map((peer) => bringUp(peer, stops)));
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (failures.length === 0) return stopAll;
  await stopAll();
  throw new AggregateError(failures, failures.map(String).join('\n'));
}

/**
 * The test files that this run is about. vitest keeps the words of its command line to itself; should it keep them elsewhere
 * one day, every peer is started, and nothing is missed.
 */
export async function filesToRun(project: TestProject): Promise<readonly string[]> {
  const { filenamePattern } = project.vitest as { readonly filenamePattern?: string[] };
  return (await project.globTestFiles(filenamePattern)).testFiles;
}

async function bringUp(peer: Peer, stops: Stop[]): Promise<void> {
  if (process.env[peer.variable] !== undefined) {
    const missing = (peer.alongside ?? []).filter((name) => process.env[name] === undefined);
    if (missing.length > 0) throw new Error(`${peer.variable} is set, so ${missing.join(', ')} must be set as well.`);
    return;
  }
  const { stdout } = await run(join(peers, peer.script), await folderFor(peer, stops), {
    timeout: installMs,
    maxBuffer: 1 << 26,
  });
  for (const line of stdout.split('\n')) {
    const [, name = '', value = ''] = line.match(/^(\w+)=(.*)$/) ?? [];
    if (name !== '') process.env[name === peer.prints ? peer.variable : name] = value;
  }
  if (process.env[peer.variable] === undefined)
    throw new Error(`peers/${peer.script} did not print ${peer.prints ?? peer.variable}.`);
}

/** Where a peer that runs keeps its state. */
async function folderFor({ stop }: Peer, stops: Stop[]): Promise<string[]> {
  if (stop === undefined) return [];
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-peer-'));
  // PostgreSQL runs as another user when we are root, and must be able to enter.
  await chmod(folder, 0o755);
  stops.push(async () => {
    await run(join(peers, stop), [folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return [folder];
}
