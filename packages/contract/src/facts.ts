import type { z } from 'zod';
import type { Gap } from './answer.ts';
import { agentFactSchemas } from './facts/agent.ts';
import { awsFactSchemas } from './facts/aws.ts';
import { awsResourceFactSchemas } from './facts/aws-resources.ts';
import { catalogFactSchemas } from './facts/catalog.ts';
import { ciFactSchemas } from './facts/ci.ts';
import { declaredFactSchemas } from './facts/declared.ts';
import { flagdFactSchemas } from './facts/flagd.ts';
import { githubFactSchemas } from './facts/github.ts';
import { kubernetesFactSchemas } from './facts/kubernetes.ts';
import { litellmFactSchemas } from './facts/litellm.ts';
import { mlflowFactSchemas } from './facts/mlflow.ts';
import { oauthFactSchemas } from './facts/oauth.ts';
import { ociFactSchemas } from './facts/oci.ts';
import { openlineageFactSchemas } from './facts/openlineage.ts';
import { sarifFactSchemas } from './facts/sarif.ts';
import { spiffeFactSchemas } from './facts/spiffe.ts';
import { ssfFactSchemas } from './facts/ssf.ts';
import { storeFactSchemas } from './facts/store.ts';

/**
 * The vocabulary of facts: kind → schema, one file per system, joined here. A fact is what a connector read, parsed into the
 * shape that the system itself documents, in the system's own spelling, reduced to the fields that we reason with. Adding a
 * system adds one file in `facts/` and one line here.
 */
export const factSchemas = {
  ...agentFactSchemas,
  ...awsFactSchemas,
  ...awsResourceFactSchemas,
  ...catalogFactSchemas,
  ...ciFactSchemas,
  ...declaredFactSchemas,
  ...flagdFactSchemas,
  ...githubFactSchemas,
  ...kubernetesFactSchemas,
  ...litellmFactSchemas,
  ...mlflowFactSchemas,
  ...oauthFactSchemas,
  ...ociFactSchemas,
  ...openlineageFactSchemas,
  ...spiffeFactSchemas,
  ...sarifFactSchemas,
  ...ssfFactSchemas,
  ...storeFactSchemas,
} as const;

export type FactTypes = { [K in keyof typeof factSchemas]: z.output<(typeof factSchemas)[K]> };
export type FactKind = keyof FactTypes & string;

/** `<system>:<Kind>/<namespace>/<name>`: the same text as the id of the node that stands for the object. */
export type FactId = string;

export interface Provenance {
  /** Connector id. */
  readonly connector: string;
  /** File and document (`rbac.yaml#3`) or API path, as read. */
  readonly locator: string;
  /** The version that the source gives the object, when it gives one. */
  readonly version?: string;
}

export interface Fact<K extends FactKind = FactKind> {
  readonly id: FactId;
  readonly kind: K;
  readonly data: FactTypes[K];
  readonly source: Provenance;
}

/** Any fact, discriminated by `kind`. */
export type AnyFact = { [K in FactKind]: Fact<K> }[FactKind];

/**
 * All facts of one moment, indexed. Immutable: derived indexes may be memoised on it (a WeakMap keyed by the estate).
 */
export interface Estate {
  all<K extends FactKind>(kind: K): readonly Fact<K>[];
  get<K extends FactKind>(kind: K, id: FactId): Fact<K> | undefined;
  readonly gaps: readonly Gap[];
  /** Number of facts of all kinds. */
  readonly size: number;
}
