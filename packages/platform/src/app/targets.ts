/**
 * What Firebreak reads and acts on: sources with open sessions, `<connector>:<spec>` each, whose facts make one estate. An action
 * goes to the session of its own connector. The demo is the Kubernetes connector on its in-memory twin and the files of the
 * other systems, all from `content/demo-estate`, a folder a system.
 */
import { type AnyConnector, FirebreakError } from '@firebreak/contract';
import { connectors } from '../connectors/index.ts';
import type { ApiObject } from '../connectors/kubernetes/api.ts';
import { type KubernetesSession, readObjects } from '../connectors/kubernetes/collect.ts';
import { openManifests } from '../connectors/kubernetes/files.ts';
import kubernetes from '../connectors/kubernetes/index.ts';
import { makeTwin, type Twin } from '../connectors/kubernetes/twin.ts';
import { collectSession } from '../facts/collect.ts';
import { followEstate } from '../facts/follow.ts';
import { authorize } from './authorize.ts';
import { joined, type Source, type Target } from './joined-target.ts';

const demoEstate = new URL('../../../../content/demo-estate', import.meta.url).pathname;

/** Beside the cluster. The addresses are those by which its workloads know the servers that the files are of. */
const demoSources = [
  `aws:${demoEstate}/aws`,
  `github:${demoEstate}/github`,
  `oci:${demoEstate}/oci`,
  `oauth:${demoEstate}/oauth`,
  `litellm:${demoEstate}/litellm/config.yaml#http://litellm.llm-gateway.svc:4000`,
  `mlflow:${demoEstate}/mlflow#http://mlflow.ml-training.svc:5000`,
  `openlineage:${demoEstate}/openlineage`,
  `stores:${demoEstate}/stores`,
  `agents:${demoEstate}/agents`,
  `catalog:${demoEstate}/catalog`,
];

/** Opens every `<connector>:<spec>`; at least one. @throws FirebreakError FB-USAGE and whatever the connectors say. */
export async function openTarget(specs: readonly string[], signal: AbortSignal): Promise<Target> {
  return joined(await openSources(specs, signal));
}

async function openSources(specs: readonly string[], signal: AbortSignal): Promise<readonly Source[]> {
  const opened: Source[] = [];
  try {
    for (const { spec, connector, config } of specs.map(parseSpec)) {
      const session: unknown = await naming(spec, () => connector.connect(config, signal));
      opened.push(targetOf(spec, connector, session, () => connector.close(session)));
    }
    return opened;
  } catch (error) {
    for (const target of opened) await target.close();
    throw error;
  }
}

/** Says of which source an error is: there may be many, and a connector knows only what follows its name. */
async function naming<T>(spec: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error;
    const named = spec.replace(/\/\/[^/@]*@/, '//…@').slice(0, 200);
    throw new FirebreakError(error.code, `${error.why} (${named})`, { cause: error, detail: error.detail });
  }
}

/**
 * The demo: an AI platform in memory whose API answers, authorises, issues tokens and runs controllers, and what the other
 * systems of the same company said when they were asked.
 */
export async function openDemo(signal: AbortSignal): Promise<Target> {
  const manifests = openManifests({ path: `${demoEstate}/kubernetes`, maxDocumentBytes: 1 << 20 });
  const twin = await twinOf(manifests, signal, true);
  const cluster = targetOf('demo', kubernetes, twin, () => twin.close());
  return { ...joined([cluster, ...(await openSources(demoSources, signal))]), spec: 'demo' };
}

/** A twin of whatever a session reads. `start` runs the controllers once, so that workloads have pods. */
async function twinOf(session: KubernetesSession, signal: AbortSignal, start: boolean): Promise<Twin> {
  const twin = makeTwin({ authorize });
  const objects: ApiObject[] = [];
  for await (const object of readObjects(session, signal)) objects.push(object);
  twin.load(objects, { start });
  return twin;
}

/**
 * A copy in memory of the one cluster that the specs name, to rehearse on; undefined where there is none, where there are
 * several, or where it cannot be read a second time (a pipe).
 */
export async function rehearsalTwin(specs: readonly string[], signal: AbortSignal): Promise<Twin | undefined> {
  const [cluster, ...more] = specs.map(parseSpec).filter(({ connector }) => connector === kubernetes);
  if (cluster === undefined || more.length > 0 || cluster.spec.endsWith(':-')) return undefined;
  const session = await kubernetes.connect(kubernetes.config.parse(cluster.config), signal);
  try {
    return await twinOf(session, signal, false);
  } finally {
    await kubernetes.close(session);
  }
}

/** The connector that a spec names and its configuration. */
function parseSpec(spec: string): { spec: string; connector: AnyConnector; config: unknown } {
  const colon = spec.indexOf(':');
  const id = colon === -1 ? '' : spec.slice(0, colon);
  const connector = connectors.find((known) => known.id === id);
  if (connector === undefined) {
    const known = connectors.map((each) => `${each.id}:…`).join(', ');
    throw new FirebreakError('FB-USAGE', `"${spec.slice(0, 100)}" names no connector; there are ${known}.`);
  }
  return { spec, connector, config: connector.parse(spec.slice(colon + 1)) };
}

function targetOf(spec: string, connector: AnyConnector, session: unknown, close: () => Promise<void>): Source {
  const { watch } = connector;
  return {
    spec,
    connector,
    opened: session,
    actions: connector.canAct?.(session) === false ? [] : connector.actions,
    session: () => session,
    collect: (signal, progress) => collectSession(connector, session, signal, progress),
    follow: watch === undefined ? undefined : (signal) => followEstate(watch(session, signal)),
    lacks: async (signal) => (await connector.lacks?.(session, signal)) ?? [],
    close,
  };
}
