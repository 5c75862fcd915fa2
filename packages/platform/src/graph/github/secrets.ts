/**
 * Which secret a name means in a job: that of its environment before that of the repository before that of the organization, as
 * GitHub looks them up. What must stay true: where the names that exist were read, a name that none of them is means nothing,
 * and no edge; where they were not read, the reference alone says that there is a secret of the repository, and not where.
 */
import {
  type Estate,
  type FactId,
  githubAccountId,
  githubId,
  type NodeId,
  type WorkflowJob,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { environmentName, type Gate, gateOf } from './environments.ts';
import { embeddedIn, references } from './expression.ts';
import type { Job } from './jobs.ts';
import { type KnownRepository, repositoryKey } from './repositories.ts';

export interface KnownSecret {
  readonly node: NodeId;
  readonly name: string;
  readonly level: 'organization' | 'repository' | 'environment';
  readonly environment?: string;
  /** Absent for one that is only referred to. */
  readonly fact?: FactId;
}

/** Secrets that were read, by repository (`host/path`). */
export const secretsOf: (estate: Estate) => ReadonlyMap<string, readonly KnownSecret[]> = perEstate((estate) => {
  const byRepository = new Map<string, KnownSecret[]>();
  for (const { id, data } of estate.all('github.secret')) {
    const { repository, name, level, environment, organization } = data;
    const node =
      level === 'environment'
        ? githubId('EnvironmentSecret', repository, environment ?? '', name)
        : level === 'organization'
          ? githubAccountId('OrganizationSecret', repository.host, organization ?? '', name)
          : githubId('Secret', repository, name);
    const secret = { node, name, level, fact: id, ...(environment === undefined ? {} : { environment }) };
    const key = repositoryKey(repository);
    const known = byRepository.get(key);
    if (known === undefined) byRepository.set(key, [secret]);
    else known.push(secret);
  }
  return byRepository;
});

export function secretsOfRepository(estate: Estate, repository: KnownRepository): readonly KnownSecret[] {
  return secretsOf(estate).get(repositoryKey(repository.name)) ?? [];
}

export interface SecretUse {
  readonly secret: KnownSecret;
  /** Where it is named. */
  readonly note: string;
  readonly likelihood: number;
  readonly facts: readonly FactId[];
}

/** GitHub's own token is no secret that anybody keeps. */
const token = 'github_token';

interface SecretNames {
  readonly names: ReadonlySet<string>;
  readonly all: boolean;
}
const knownNames = new WeakMap<Job, SecretNames>();

/** Names of secrets that a job can read, and whether it can read all of them. */
function secretNames(job: Job): SecretNames {
  const before = knownNames.get(job);
  if (before !== undefined) return before;
  const found = readNames(job);
  knownNames.set(job, found);
  return found;
}

function readNames(job: Job): SecretNames {
  const names = new Set<string>();
  let all = false;
  const read = (part: unknown) => {
    for (const text of textsIn(part))
      for (const { expression } of embeddedIn(text))
        for (const path of references(expression)) {
          const [context, name] = path.split('.');
          if (context !== 'secrets' || name === token) continue;
          if (name === undefined || name === '*') all = true;
          else names.add(name);
        }
  };
  const inherits = job.job.secretsInherit !== undefined;
  read(job.job);
  read(job.workflow.data.env);
  // Whatever a workflow that nobody read wants of them, it can have.
  if (inherits && job.unread.length > 0) all = true;
  // A called workflow has those secrets only that are handed on: all by `inherit`, else the ones written at the call.
  const own = job.runs.filter((run) => run.callers.length === 0);
  for (const run of inherits ? job.runs : own) {
    read(run.job);
    read(run.workflow.data.env);
    for (const { step } of run.steps) read(step);
  }
  return { names, all };
}

/** Secrets that a job reads, in the order of their names. */
export function* secretUses(estate: Estate, job: Job): Generator<SecretUse> {
  const { repository } = job;
  const { names, all } = secretNames(job);
  if (names.size === 0 && !all) return;
  const known = secretsOfRepository(estate, repository);
  const read = repository.api?.data.complete.includes('secrets') === true;
  const environments = [...new Set(jobsAt(job).flatMap((each) => environmentName(each)?.toLowerCase() ?? []))];
  const wanted = all ? [...new Set([...names, ...known.map(({ name }) => name.toLowerCase())])] : [...names];
  for (const name of wanted.sort()) {
    const found = resolve(known, name, environments);
    if (found === undefined && read) continue;
    const secret = found ?? referred(repository, name);
    const gate = secret.environment === undefined ? undefined : gateFor(repository, secret.environment);
    if (gate?.likelihood === 0) continue;
    const notes = [
      all && !names.has(name) ? 'all secrets are handed on' : `secrets.${name.toUpperCase()}`,
      ...(found === undefined ? ['which secret that is was not read'] : []),
      ...(gate?.note === undefined ? [] : [gate.note]),
    ];
    yield {
      secret,
      note: notes.join('; '),
      likelihood: gate?.likelihood ?? 1,
      facts: [
        job.workflow.id,
        ...(secret.fact === undefined ? [] : [secret.fact]),
        ...(gate?.facts ?? []),
        ...job.runs.flatMap(({ workflow }) => (workflow.id === job.workflow.id ? [] : [workflow.id])),
      ],
    };
  }
}

/** The jobs whose environments count: itself, or those that it calls. */
function jobsAt(job: Job): readonly WorkflowJob[] {
  return job.runs.length === 0 ? [job.job] : job.runs.map((run) => run.job);
}

function gateFor(repository: KnownRepository, name: string): Gate | undefined {
  const environment = repository.environments.get(name.toLowerCase());
  // The job got its machine after the gate: whoever is in it is past the branch policy, and a reviewer's yes was for others.
  return environment === undefined ? undefined : gateOf(repository, environment.data, undefined, environment.id);
}

function resolve(
  known: readonly KnownSecret[],
  name: string,
  environments: readonly string[],
): KnownSecret | undefined {
  const named = known.filter((secret) => secret.name.toLowerCase() === name);
  return (
    named.find(({ environment }) => environment !== undefined && environments.includes(environment.toLowerCase())) ??
    named.find(({ level }) => level === 'repository') ??
    named.find(({ level }) => level === 'organization')
  );
}

function referred(repository: KnownRepository, name: string): KnownSecret {
  return {
    node: githubId('Secret', repository.name, name.toUpperCase()),
    name: name.toUpperCase(),
    level: 'repository',
  };
}

/** Every scalar text in a part of a workflow. */
function* textsIn(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return;
  const { value, style } = part as { readonly value?: unknown; readonly style?: unknown };
  if (typeof value === 'string' && typeof style === 'string') {
    yield value;
    return;
  }
  for (const each of Array.isArray(part) ? part : Object.values(part)) yield* textsIn(each);
}
