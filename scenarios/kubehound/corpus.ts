/**
 * KubeHound's test cluster: manifests made vulnerable once per attack, and the edges that its system test expects. The
 * corpus is not part of the repository; without it the suite says so and is skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';

const folder = new URL('../../../shared/data/kubehound/', import.meta.url);

export const corpusPresent = existsSync(folder);
export const attacksFolder = new URL('attacks', folder).pathname;

/** One of KubeHound's tests: which edges, and how they are compared. */
export interface EdgeTest {
  readonly test: string;
  readonly edge: readonly string[];
  readonly match: 'exact' | 'subset' | 'contains_container';
  /** By the names of both ends. */
  readonly edges: readonly (readonly [string, string])[];
  /** For tests that look at one end only: names of the targets, or of the endpoints. */
  readonly values: readonly string[];
  readonly containers: readonly string[];
}

export interface Expected {
  readonly container_escapes_exact: readonly (readonly [container: string, type: string, to: string])[];
  readonly no_outgoing_edges: readonly string[];
  readonly edge_tests: readonly EdgeTest[];
}

export function expected(): Expected {
  return JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Expected;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly serviceAccountName?: string; readonly volumes?: readonly unknown[] };
}

/** Every object of the corpus, as written. */
async function manifests(): Promise<readonly Manifest[]> {
  const objects: Manifest[] = [];
  const source = { path: attacksFolder, maxDocumentBytes: 1_500_000 };
  for await (const read of readManifests(source, new AbortController().signal))
    if ('object' in read) objects.push(read.object as unknown as Manifest);
  return objects;
}

const cluster = 'kubehound.test.local';
const workers = [`${cluster}-worker`, `${cluster}-worker2`];

/**
 * What a running cluster would have added to the manifests: its three nodes, a node for every pod, and a token volume for
 * every pod with an account of its own.
 */
export async function asDeployed(): Promise<readonly object[]> {
  const nodes = [`${cluster}-control-plane`, ...workers].map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
  }));
  let pods = 0;
  const objects = (await manifests()).map((object) => {
    if (object.kind !== 'Pod') return object;
    const nodeName = workers[pods++ % workers.length];
    const account = object.spec?.serviceAccountName;
    const token = {
      name: `kube-api-access-${pods}`,
      projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
    };
    const volumes = [...(object.spec?.volumes ?? []), ...(account === undefined ? [] : [token])];
    return { ...object, spec: { ...object.spec, nodeName, volumes } };
  });
  return [...nodes, ...objects];
}
