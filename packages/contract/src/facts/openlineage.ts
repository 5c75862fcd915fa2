/**
 * OpenLineage (specification 2-0-2) as facts: what many events say about one dataset, one job, one run, brought together. Datasets
 * and jobs are named by namespace and name, as the naming specification has it; that is what joins them to stores of other
 * systems. Field names are kept, values never.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const id = z.string().min(1).max(4096);
const owners = list(z.object({ name: line(512), type: maybe(line(128)) }));

export const lineageDataset = z.object({
  namespace: line(1024),
  name: line(2048),
  fields: list(line(512)),
  owners,
  version: maybe(line(512)),
  /** `model`, `table`, `file`, … as the producer says. */
  type: maybe(line(128)),
  storage: maybe(line(256)),
  /** Other names of the same thing. */
  symlinks: list(z.object({ namespace: line(1024), name: line(2048) })),
  assertions: list(line(256)),
  description: maybe(line(2048)),
});

export const lineageJob = z.object({
  namespace: line(1024),
  name: line(2048),
  /** `TRAINING`, `QUERY`, `DAG`, … */
  jobType: maybe(line(128)),
  integration: maybe(line(128)),
  source: maybe(
    z.object({
      repository: maybe(line(2048)),
      path: maybe(line(2048)),
      /** Commit, tag or branch. */
      version: maybe(line(256)),
      branch: maybe(line(256)),
    }),
  ),
  owners,
  inputs: list(id),
  outputs: list(id),
});

const versioned = list(z.object({ dataset: id, version: maybe(line(512)) }));

export const lineageRun = z.object({
  runId: line(128),
  job: id,
  /** `START`, `RUNNING`, `COMPLETE`, `ABORT`, `FAIL`, `OTHER`: the last one told. */
  state: maybe(line(32)),
  started: maybe(line(40)),
  ended: maybe(line(40)),
  inputs: versioned,
  outputs: versioned,
  /** Commit of the job's source at that time. */
  sourceVersion: maybe(line(256)),
  parentRun: maybe(line(128)),
});

export const openlineageFactSchemas = {
  'openlineage.dataset': lineageDataset,
  'openlineage.job': lineageJob,
  'openlineage.run': lineageRun,
} as const;
export type OpenlineageFactKind = keyof typeof openlineageFactSchemas;
