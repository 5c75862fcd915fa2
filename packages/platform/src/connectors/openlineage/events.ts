/**
 * Events → what they say about datasets, jobs and runs. An event tells a part; later ones add to it and replace what they say
 * anew, in the order of their times as far as a run is concerned. Reference: openlineage.io, specification 2-0-2 and its facets.
 *
 * What must stay true: memory is bounded by the number of datasets and jobs and by a few runs for each job, not by the number of
 * events; two readings of the same events, in any order of the files, say the same about runs.
 */
import {
  type AnyFact,
  type FactTypes,
  type Gap,
  type OpenlineageFactKind,
  openlineageFactSchemas,
} from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { openAddress } from '../../intake/open-address.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Dataset = Writable<FactTypes['openlineage.dataset']>;
type Job = Writable<FactTypes['openlineage.job']>;
type Run = Writable<FactTypes['openlineage.run']>;
interface Told<T> {
  readonly data: T;
  readonly locator: string;
}

export const lineageFactKinds = Object.keys(openlineageFactSchemas) as OpenlineageFactKind[];
/** Of each job the latest runs are kept. */
const runsOfJob = 20;
const maxThings = 300_000;
const maxFields = 2000;

export class Lineage {
  readonly #datasets = new Map<string, Told<Dataset>>();
  readonly #jobs = new Map<string, Told<Job>>();
  readonly #runs = new Map<string, Told<Run>>();
  readonly #runsByJob = new Map<string, string[]>();
  /** Time of the latest event of a run. */
  readonly #toldAt = new Map<string, string>();
  #droppedRuns = 0;
  #refused = 0;

  /** Whether it was an event of OpenLineage. */
  read(event: unknown, locator: string): boolean {
    const job = record(field(event, 'job'));
    const run = record(field(event, 'run'));
    const dataset = record(field(event, 'dataset'));
    const time = textAt(event, 'eventTime');
    if (time === undefined || Number.isNaN(Date.parse(time)) || (job === undefined && dataset === undefined))
      return false;
    if (dataset !== undefined) this.#dataset(dataset, locator);
    if (job === undefined) return true;
    const inputs = this.#datasets_(field(event, 'inputs'), locator);
    const outputs = this.#datasets_(field(event, 'outputs'), locator);
    const id = this.#job(job, inputs, outputs, locator);
    const runId = textAt(run, 'runId');
    if (id !== undefined && runId !== undefined)
      this.#run({ id: runId, job: id, time, event, run, inputs, outputs, locator });
    return true;
  }

  #datasets_(list: unknown, locator: string): Seen[] {
    return array(list).flatMap((each) => this.#dataset(each, locator) ?? []);
  }

  #dataset(value: unknown, locator: string): Seen | undefined {
    const named = nameOf(value);
    if (named === undefined) return undefined;
    const id = `openlineage:Dataset/${named.namespace}/${named.name}`;
    const told = this.#told(this.#datasets, id, locator, () => ({
      ...named,
      fields: [],
      owners: [],
      symlinks: [],
      assertions: [],
      version: undefined,
      type: undefined,
      storage: undefined,
      description: undefined,
    }));
    const facets = record(field(value, 'facets'));
    const version = short(textAt(facets, 'version', 'datasetVersion'));
    if (told === undefined || facets === undefined) return { id, version };
    const fields = array(at(facets, 'schema', 'fields')).flatMap((each) => short(textAt(each, 'name')) ?? []);
    if (fields.length > 0) told.fields = fields.slice(0, maxFields);
    const owners = ownersOf(facets);
    if (owners.length > 0) told.owners = owners;
    told.version = version ?? told.version;
    told.type = short(textAt(facets, 'datasetType', 'datasetType'), 128) ?? told.type;
    told.storage = short(textAt(facets, 'storage', 'storageLayer'), 256) ?? told.storage;
    told.description = short(textAt(facets, 'documentation', 'description'), 2048) ?? told.description;
    const symlinks = array(at(facets, 'symlinks', 'identifiers')).flatMap((each) => nameOf(each) ?? []);
    if (symlinks.length > 0) told.symlinks = symlinks.slice(0, 100);
    const quality = at(record(field(value, 'inputFacets')) ?? facets, 'dataQualityAssertions', 'assertions');
    const assertions = array(quality).flatMap((each) => short(textAt(each, 'assertion'), 256) ?? []);
    if (assertions.length > 0) told.assertions = [...new Set([...told.assertions, ...assertions])].slice(0, 500);
    return { id, version };
  }

  #job(value: unknown, inputs: readonly Seen[], outputs: readonly Seen[], locator: string): string | undefined {
    const named = nameOf(value);
    if (named === undefined) return undefined;
    const id = `openlineage:Job/${named.namespace}/${named.name}`;
    const told = this.#told(this.#jobs, id, locator, () => ({
      ...named,
      owners: [],
      inputs: [],
      outputs: [],
      jobType: undefined,
      integration: undefined,
      source: undefined,
    }));
    if (told === undefined) return id;
    const facets = record(field(value, 'facets'));
    told.jobType = short(textAt(facets, 'jobType', 'jobType'), 128) ?? told.jobType;
    told.integration = short(textAt(facets, 'jobType', 'integration'), 128) ?? told.integration;
    told.source = sourceOf(facets) ?? told.source;
    const owners = ownersOf(facets);
    if (owners.length > 0) told.owners = owners;
    told.inputs = joined(told.inputs, inputs);
    told.outputs = joined(told.outputs, outputs);
    return id;
  }

  #run(said: {
    readonly id: string;
    readonly job: string;
    readonly time: string;
    readonly event: unknown;
    readonly run: unknown;
    readonly inputs: readonly Seen[];
    readonly outputs: readonly Seen[];
    readonly locator: string;
  }): void {
    const id = `openlineage:Run/${said.id}`;
    const time = new Date(said.time).toISOString();
    if (!this.#runs.has(id) && !this.#admit(id, said.job, time)) return;
    const told = this.#told(this.#runs, id, said.locator, () => ({
      runId: said.id,
      job: said.job,
      inputs: [],
      outputs: [],
      state: undefined,
      started: undefined,
      ended: undefined,
      sourceVersion: undefined,
      parentRun: undefined,
    }));
    if (told === undefined) return;
    const state = short(textAt(said.event, 'eventType'), 32);
    if (state === 'START' && (told.started === undefined || time < told.started)) told.started = time;
    const isEnd = state === 'COMPLETE' || state === 'FAIL' || state === 'ABORT';
    if (isEnd) told.ended = time;
    // Files need not be in the order of time: the end of a run is its last state.
    const isLater = time >= (this.#toldAt.get(id) ?? '');
    if (state !== undefined && (isEnd || (told.ended === undefined && isLater))) told.state = state;
    if (isLater) this.#toldAt.set(id, time);
    told.parentRun = short(textAt(said.run, 'facets', 'parent', 'run', 'runId'), 128) ?? told.parentRun;
    told.sourceVersion = sourceOf(record(at(said.event, 'job', 'facets')))?.version ?? told.sourceVersion;
    told.inputs = versions(told.inputs, said.inputs);
    told.outputs = versions(told.outputs, said.outputs);
  }

  /** Makes room for a run: of a job's runs the one that began first goes. */
  #admit(id: string, job: string, time: string): boolean {
    const runs = this.#runsByJob.get(job) ?? [];
    this.#runsByJob.set(job, runs);
    runs.push(`${time} ${id}`);
    if (runs.length <= runsOfJob) return true;
    runs.sort();
    const [oldest = ''] = runs.splice(0, 1);
    this.#droppedRuns += 1;
    const gone = oldest.slice(oldest.indexOf(' ') + 1);
    this.#runs.delete(gone);
    this.#toldAt.delete(gone);
    return gone !== id;
  }

  #told<T>(map: Map<string, Told<T>>, id: string, locator: string, make: () => T): T | undefined {
    const known = map.get(id);
    if (known !== undefined) return known.data;
    if (map.size >= maxThings) {
      this.#refused += 1;
      return undefined;
    }
    const data = make();
    map.set(id, { data, locator });
    return data;
  }

  /** Everything, in the order of the ids. */
  finish(where: string): { readonly facts: readonly AnyFact[]; readonly gaps: readonly Gap[] } {
    const facts: AnyFact[] = [];
    const gaps: Gap[] = [];
    const told = [
      ['openlineage.dataset', this.#datasets],
      ['openlineage.job', this.#jobs],
      ['openlineage.run', this.#runs],
    ] as const;
    for (const [kind, map] of told)
      for (const [id, { data, locator }] of [...map].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const parsed = openlineageFactSchemas[kind].safeParse(data);
        if (parsed.success && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(id))
          facts.push({ id, kind, data: parsed.data, source: { connector: 'openlineage', locator } } as AnyFact);
        else {
          const issue = parsed.error?.issues[0];
          const reason = `${issue?.path.join('.') ?? 'its name'}: ${issue?.message ?? 'not usable'}.`;
          gaps.push(gap('FB-OBJECT-INVALID', [kind], locator, reason));
        }
      }
    if (this.#refused > 0)
      gaps.push(
        gap('FB-FILE-TOO-LARGE', lineageFactKinds, where, `There are more than ${maxThings} datasets, jobs or runs.`),
      );
    if (this.#droppedRuns > 0) {
      const reason = `${this.#droppedRuns} older runs were left out: of each job the latest ${runsOfJob} are kept.`;
      gaps.push(gap('FB-OBJECT-IGNORED', [], where, reason));
    }
    return { facts, gaps };
  }
}

interface Seen {
  readonly id: string;
  readonly version: string | undefined;
}

/** Namespace and name; a namespace that is an address loses what may be secret in it. */
function nameOf(value: unknown): { readonly namespace: string; readonly name: string } | undefined {
  const namespace = textAt(value, 'namespace');
  const name = textAt(value, 'name');
  if (namespace === undefined || name === undefined || namespace.length > 1024 || name.length > 2048) return undefined;
  return { namespace: openAddress(namespace)?.address ?? namespace, name };
}

function short(value: string | undefined, limit = 512): string | undefined {
  const unusable = value === undefined || value.length > limit || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value);
  return unusable ? undefined : value;
}

function ownersOf(facets: unknown): Dataset['owners'] {
  return array(at(facets, 'ownership', 'owners'))
    .flatMap((owner) => {
      const name = short(textAt(owner, 'name'));
      return name === undefined ? [] : [{ name, type: short(textAt(owner, 'type'), 128) }];
    })
    .slice(0, 100);
}

function sourceOf(facets: unknown): Job['source'] {
  const location = record(at(facets, 'sourceCodeLocation'));
  if (location === undefined) return undefined;
  const written = textAt(location, 'repoUrl') ?? textAt(location, 'url');
  const scp = /^[\w.-]{1,64}@[\w.-]{1,255}:[\w./~-]{1,512}$/.test(written ?? '');
  const repository = scp ? written : openAddress(written ?? '')?.address;
  return {
    repository,
    path: short(textAt(location, 'path'), 2048),
    version: short(textAt(location, 'version') ?? textAt(location, 'tag'), 256),
    branch: short(textAt(location, 'branch'), 256),
  };
}

function joined(known: string[], seen: readonly Seen[]): string[] {
  // Most events say again what was said before.
  if (known.length < 100 && seen.every(({ id }) => known.includes(id))) return known;
  return [...new Set([...known, ...seen.map(({ id }) => id)])].slice(0, 5000);
}

function versions(known: Run['inputs'], seen: readonly Seen[]): Run['inputs'] {
  const byId = new Map(known.map(({ dataset, version }) => [dataset, version]));
  for (const { id, version } of seen) byId.set(id, version ?? byId.get(id));
  return [...byId].map(([dataset, version]) => ({ dataset, version })).slice(0, 5000);
}
