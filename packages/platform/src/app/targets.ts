/**
 * What Firebreak reads and acts on: sources with open sessions, `<connector>:<spec>` each, whose facts make one estate. What is
 * acted on is the first of them that has actions. The demo is the Kubernetes connector on its in-memory twin, loaded with the
 * estate of `content/demo-estate`.
 */
import { type AnyConnector, type Estate, FirebreakError, type Gap } from '@firebreak/contract';
import { connectors } from '../connectors/index.ts';
import type { ApiObject } from '../connectors/kubernetes/api.ts';
import { type KubernetesSession, readObjects } from '../connectors/kubernetes/collect.ts';
import { openManifests } from '../connectors/kubernetes/files.ts';
import kubernetes from '../connectors/kubernetes/index.ts';
import { makeTwin, type Twin } from '../connectors/kubernetes/twin.ts';
import { collectSession, type Progress } from '../facts/collect.ts';
import { followEstate } from '../facts/follow.ts';
import { joinEstates } from '../facts/join-estates.ts';
import { authorize } from './authorize.ts';

export interface Target {
  /** As given, or `demo`. */
  readonly spec: string;
  /** What is acted on. */
  readonly connector: AnyConnector;
  readonly session: unknown;
  collect(signal: AbortSignal, progress?: Progress): Promise<{ estate: Estate; gaps: readonly Gap[] }>;
  /** The estate after each change, until the signal ends it; undefined where nothing changes by itself. */
  readonly follow: ((signal: AbortSignal) => AsyncIterable<Estate>) | undefined;
  close(): Promise<void>;
}

const demoEstate = new URL('../../../../content/demo-estate', import.meta.url).pathname;

/** Opens every `<connector>:<spec>`; at least one. @throws FirebreakError FB-USAGE and whatever the connectors say. */
export async function openTarget(specs: readonly string[], signal: AbortSignal): Promise<Target> {
  const opened: Target[] = [];
  try {
    for (const { spec, connector, config } of specs.map(parseSpec)) {
      const session: unknown = await connector.connect(config, signal);
      opened.push(targetOf(spec, connector, session, () => connector.close(session)));
    }
    return joined(opened);
  } catch (error) {
    for (const target of opened) await target.close();
    throw error;
  }
}

/** The demo: an AI platform in memory whose API answers, authorises, issues tokens and runs controllers. */
export async function openDemo(signal: AbortSignal): Promise<Target> {
  const twin = await twinOf(openManifests({ path: demoEstate, maxDocumentBytes: 1 << 20 }), signal, true);
  return targetOf('demo', kubernetes, twin, () => twin.close());
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

function targetOf(spec: string, connector: AnyConnector, session: unknown, close: () => Promise<void>): Target {
  const { watch } = connector;
  return {
    spec,
    connector,
    session,
    collect: (signal, progress) => collectSession(connector, session, signal, progress),
    follow: watch === undefined ? undefined : (signal) => followEstate(watch(session, signal)),
    close,
  };
}

/** Several targets as one. Followed is what is acted on; the others are as they were when it began. */
function joined(targets: readonly Target[]): Target {
  const main = targets.find(({ connector }) => connector.actions.length > 0) ?? targets[0];
  if (main === undefined) throw new FirebreakError('FB-USAGE', 'There is no source to read.');
  if (targets.length === 1) return main;
  const { follow } = main;
  const collect = async (which: readonly Target[], signal: AbortSignal, progress?: Progress) => {
    const estates: Estate[] = [];
    for (const target of which) estates.push((await target.collect(signal, progress)).estate);
    return joinEstates(estates);
  };
  return {
    spec: targets.map(({ spec }) => spec).join(' '),
    connector: main.connector,
    session: main.session,
    collect: async (signal, progress) => {
      const estate = await collect(targets, signal, progress);
      return { estate, gaps: estate.gaps };
    },
    follow:
      follow === undefined
        ? undefined
        : async function* (signal) {
            const others = await collect(
              targets.filter((target) => target !== main),
              signal,
            );
            for await (const estate of follow(signal)) yield joinEstates([estate, others]);
          },
    close: async () => {
      for (const target of targets) await target.close();
    },
  };
}
