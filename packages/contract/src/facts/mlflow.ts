/**
 * MLflow as facts, in the words of its REST API 2.0. A server is named as by `serverName`, or `files` for what was read from a
 * folder. What must stay true: of parameters and metrics only names; addresses without name, password and query; of a dataset
 * its place and digest, never its schema or profile; long values of tags are left out.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const server = line(512);
const time = maybe(line(40));
const tags = z.preprocess((value) => value ?? {}, z.record(line(250), z.string().max(256)));
const address = line(2048);

export const mlflowServer = z.object({
  server,
  version: maybe(line(64)),
  /** `none`: whoever reaches it may read and write everything. */
  authentication: z.enum(['none', 'basic', 'unknown']),
});

export const mlflowExperiment = z.object({
  server,
  experimentId: line(64),
  name: line(500),
  /** Where the artifacts of its runs go; `mlflow-artifacts:` goes through the server. */
  artifactLocation: maybe(address),
  lifecycleStage: maybe(line(32)),
  created: time,
  updated: time,
  tags,
});

export const mlflowRun = z.object({
  server,
  runId: line(64),
  experimentId: line(64),
  name: maybe(line(500)),
  /** As the client said: nobody checks it. */
  user: maybe(line(255)),
  status: maybe(line(32)),
  started: time,
  ended: time,
  artifactUri: maybe(address),
  source: z.object({
    type: maybe(line(64)),
    name: maybe(address),
    commit: maybe(line(64)),
    branch: maybe(line(255)),
    repository: maybe(address),
  }),
  params: list(line(250)),
  metrics: list(line(250)),
  datasets: list(
    z.object({
      name: line(500),
      digest: line(64),
      sourceType: maybe(line(64)),
      /** Its address, where the source has one. */
      source: maybe(address),
      context: maybe(line(64)),
    }),
  ),
  /** The first of the files and folders at the top, where they were listed. */
  artifacts: list(z.object({ path: line(1024), folder: z.boolean(), size: maybe(z.number()) })),
});

export const mlflowRegisteredModel = z.object({
  server,
  name: line(256),
  created: time,
  updated: time,
  aliases: list(z.object({ alias: line(256), version: line(32) })),
  tags,
});

export const mlflowModelVersion = z.object({
  server,
  name: line(256),
  version: line(32),
  /** What was registered: an artifact, or a logged model (`models:/m-…`). */
  source: maybe(address),
  /** Where it lies in the end. */
  storage: maybe(address),
  runId: maybe(line(64)),
  user: maybe(line(255)),
  status: maybe(line(32)),
  stage: maybe(line(64)),
  created: time,
  updated: time,
  tags,
});

export const mlflowUser = z.object({
  server,
  username: line(255),
  admin: z.boolean(),
  permissions: list(
    z.object({
      /** `experiment`, `registered_model`, `workspace`, … */
      resource: line(64),
      /** An id or a name; `*` for all. */
      pattern: line(500),
      permission: line(64),
      role: maybe(line(255)),
    }),
  ),
});

export const mlflowFactSchemas = {
  'mlflow.server': mlflowServer,
  'mlflow.experiment': mlflowExperiment,
  'mlflow.run': mlflowRun,
  'mlflow.registered-model': mlflowRegisteredModel,
  'mlflow.model-version': mlflowModelVersion,
  'mlflow.user': mlflowUser,
} as const;

/** Ids of facts and nodes. `name` is what the server calls it: an id, a model's name, `<model>/<version>`, `<model>@<alias>`. */
export function mlflowId(
  kind:
    | 'Server'
    | 'Experiment'
    | 'Run'
    | 'RegisteredModel'
    | 'ModelVersion'
    | 'Alias'
    | 'Dataset'
    | 'User'
    | 'Anonymous',
  server: string,
  name?: string,
): string {
  return `mlflow:${kind}/${server}${name === undefined ? '' : `/${name}`}`;
}
