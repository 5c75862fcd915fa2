/**
 * What Firebreak reads and acts on: a connector with an open session. `kubernetes:<spec>` opens a real one; the demo is the
 * same connector on its in-memory twin, loaded with the estate of `content/demo-estate`.
 */
import { type AnyConnector, type Estate, FirebreakError, type Gap } from '@firebreak/contract';
import type { ApiObject } from '../connectors/kubernetes/api.ts';
import { type KubernetesSession, readObjects } from '../connectors/kubernetes/collect.ts';
import { openManifests } from '../connectors/kubernetes/files.ts';
import kubernetes from '../connectors/kubernetes/index.ts';
import { makeTwin, type Twin } from '../connectors/kubernetes/twin.ts';
import { collectSession } from '../facts/collect.ts';
import { followEstate } from '../facts/follow.ts';
import { authorize } from './authorize.ts';

/** Every connector, named once. */
export const connectors: readonly AnyConnector[] = [kubernetes];

export interface Target {
  /** As given, or `demo`. */
  readonly spec: string;
  readonly connector: AnyConnector;
  readonly session: unknown;
  collect(
    signal: AbortSignal,
    progress?: (sentence: string) => void,
  ): Promise<{ estate: Estate; gaps: readonly Gap[] }>;
  /** The estate after each change, until the signal ends it; undefined where nothing changes by itself. */
  readonly follow: ((signal: AbortSignal) => AsyncIterable<Estate>) | undefined;
  close(): Promise<void>;
}

const demoEstate = new URL('../../../../content/demo-estate', import.meta.url).pathname;

/** Opens `<connector>:<spec>`. @throws FirebreakError FB-USAGE and whatever the connector says. */
export async function openTarget(spec: string, signal: AbortSignal): Promise<Target> {
  const { connector, config } = parseSpec(spec);
  const session: unknown = await connector.connect(config, signal);
  return targetOf(spec, connector, session, () => connector.close(session));
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

/** A copy in memory of what a spec names, to rehearse on; undefined where it cannot be read a second time (a pipe). */
export async function rehearsalTwin(spec: string, signal: AbortSignal): Promise<Twin | undefined> {
  const { connector, config } = parseSpec(spec);
  if (spec.endsWith(':-') || connector !== kubernetes) return undefined;
  const session = await kubernetes.connect(kubernetes.config.parse(config), signal);
  try {
    return await twinOf(session, signal, false);
  } finally {
    await kubernetes.close(session);
  }
}

/** The connector that a spec names and its configuration. */
function parseSpec(spec: string): { connector: AnyConnector; config: unknown } {
  const colon = spec.indexOf(':');
  const id = colon === -1 ? '' : spec.slice(0, colon);
  const connector = connectors.find((known) => known.id === id);
  if (connector === undefined) {
    const known = connectors.map((each) => `${each.id}:…`).join(', ');
    throw new FirebreakError('FB-USAGE', `"${spec.slice(0, 100)}" names no connector; there are ${known}.`);
  }
  return { connector, config: connector.parse(spec.slice(colon + 1)) };
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
