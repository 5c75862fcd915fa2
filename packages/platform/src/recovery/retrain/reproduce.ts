/**
 * Does the plan give the same twice? The command is run two times, each in an empty folder of its own, with the pinned seed and nothing of
 * our environment but the path. What stands in the plan is compared first: data, code and environment that are not those of the plan
 * are not trained from.
 *
 * What must stay true: no shell is between; what the command writes is measured and never loaded.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reproduction, RetrainPlan } from '@firebreak/contract';
import { z } from 'zod';
import { hashModel } from '../../artifacts/signing/hashing/hash-model.ts';
import { nameOf } from '../../artifacts/signing/resource-name.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256Hex } from '../../kernel/digest.ts';

export interface ReproduceOptions {
  readonly plan: RetrainPlan;
  /** Folder of the cleansed data, of the code, and the lock file of the environment. */
  readonly data: string;
  readonly code: string;
  readonly environment: string;
  /** An empty folder for the two runs. */
  readonly work: string;
  readonly path: string;
  readonly now: () => Date;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type Check = Reproduction['checks'][number];
const metricsSchema = z.record(z.string().max(200), z.number());
const mostMetricsBytes = 1 << 20;

export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { plan, now } = options;
  const start = {
    kind: 'firebreak/reproduction',
    at: now().toISOString(),
    plan: sha256Hex(canonicalJson(plan)),
  } as const;
  const pinned = await pins(options);
  if (pinned.some(({ ok }) => !ok)) return { ...start, verdict: 'refused', checks: pinned, model: null, metrics: {} };
  const runs = [await oneRun(options, 'first'), await oneRun(options, 'second')];
  const failed = runs.flatMap((run) => (run.ok ? [] : [run.check]));
  if (failed.length > 0)
    return { ...start, verdict: 'refused', checks: [...pinned, ...failed], model: null, metrics: {} };
  const [first, second] = runs.flatMap((run) => (run.ok ? [run] : []));
  if (first === undefined || second === undefined) throw new TypeError('two runs');
  const checks = [...pinned, ...compare(plan, first, second)];
  const names = [...new Set([...Object.keys(first.metrics), ...Object.keys(second.metrics)])].sort();
  return {
    ...start,
    verdict: checks.every(({ ok }) => ok) ? 'reproduced' : 'differs',
    checks,
    model: first.digest,
    metrics: Object.fromEntries(
      names.map((name) => [name, [first, second].flatMap(({ metrics }) => metrics[name] ?? [])]),
    ),
  };
}

/** One digest over all files below a folder: names and contents. */
export async function folderDigest(
  folder: string,
  signal: AbortSignal,
): Promise<{ digest: string; problems: readonly string[] }> {
  const how = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: ['.git', '__pycache__'] } as const;
  const { resources, refusals } = await hashModel(folder, how, signal);
  const listed = resources.map((resource) => `${resource.digest}  ${nameOf(resource)}`).sort();
  return { digest: sha256Hex(listed.join('\n')), problems: refusals.map(({ why }) => why) };
}

async function pins({ plan, data, code, environment, signal }: ReproduceOptions): Promise<Check[]> {
  const checks: Check[] = [];
  for (const file of plan.data) {
    const found = await digestOf(join(data, file.path));
    checks.push(pin(`data ${file.path}`, file.sha256, found));
  }
  const { digest } = await folderDigest(code, signal);
  checks.push(pin('code', plan.code.sha256, digest));
  checks.push(pin(`environment ${plan.environment.name}`, plan.environment.sha256, await digestOf(environment)));
  return checks;
}

function pin(check: string, wanted: string, found: string | undefined): Check {
  const ok = wanted === found;
  return {
    check,
    ok,
    detail: ok ? 'It is the one of the plan.' : `It is ${found ?? 'not there'}; the plan says ${wanted}.`,
  };
}

async function digestOf(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes === undefined ? undefined : sha256Hex(bytes);
}

interface Ran {
  readonly ok: true;
  readonly digest: string;
  readonly metrics: Readonly<Record<string, number>>;
}

async function oneRun(
  options: ReproduceOptions,
  name: string,
): Promise<Ran | { readonly ok: false; readonly check: Check }> {
  const { plan, work, data, code, path, timeoutMs, signal } = options;
  const out = join(work, name);
  await mkdir(out, { recursive: true });
  const filled = plan.command.map((part) =>
    part.replaceAll('{data}', data).replaceAll('{out}', out).replaceAll('{seed}', String(plan.seed)),
  );
  const [program = '', ...args] = filled;
  const seed = String(plan.seed);
  const env = {
    PATH: path,
    HOME: out,
    PYTHONHASHSEED: seed,
    FIREBREAK_SEED: seed,
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const ended = await new Promise<string>((resolve) => {
    const child = spawn(program, args, {
      cwd: code,
      env,
      stdio: 'ignore',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (exit, killed) => resolve(exit === 0 ? '' : `It ended with ${exit ?? killed}.`));
  });
  signal.throwIfAborted();
  if (ended !== '') return { ok: false, check: { check: `${name} run`, ok: false, detail: ended } };
  const { digest, problems } = await folderDigest(join(out, 'model'), signal);
  const [problem] = problems;
  if (problem !== undefined)
    return {
      ok: false,
      check: { check: `${name} run`, ok: false, detail: `It left no model in {out}/model: ${problem}` },
    };
  return { ok: true, digest, metrics: await metricsOf(join(out, 'metrics.json')) };
}

async function metricsOf(path: string): Promise<Readonly<Record<string, number>>> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.length > mostMetricsBytes) return {};
  try {
    return metricsSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? {};
  } catch {
    return {};
  }
}

/** Two runs beside each other. Pure. */
export function compare(
  { reproduces }: Pick<RetrainPlan, 'reproduces'>,
  first: Omit<Ran, 'ok'>,
  second: Omit<Ran, 'ok'>,
): Check[] {
  if (reproduces.is === 'same') {
    const ok = first.digest === second.digest;
    return [
      {
        check: 'same model',
        ok,
        detail: ok ? `Both runs made ${first.digest}.` : `One made ${first.digest}, the other ${second.digest}.`,
      },
    ];
  }
  return Object.entries(reproduces.tolerance).map(([metric, tolerance]) => {
    const [a, b] = [first.metrics[metric], second.metrics[metric]];
    if (a === undefined || b === undefined)
      return { check: metric, ok: false, detail: 'A run did not tell it in metrics.json.' };
    const ok = Math.abs(a - b) <= tolerance;
    return { check: metric, ok, detail: `${a} and ${b}; ${tolerance} is tolerated.` };
  });
}
