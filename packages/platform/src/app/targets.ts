/**
 * What Firebreak reads and acts on: a connector with an open session. `kubernetes:<spec>` opens a real one; the demo is the
 * same connector on its in-memory twin, loaded with the estate of `content/demo-estate`.
 */
import { type AnyConnector, type Estate, FirebreakError, type Gap } from '@firebreak/contract';
import { readManifests } from '../connectors/kubernetes/files.ts';
import kubernetes from '../connectors/kubernetes/index.ts';
import { isKubeconfig } from '../connectors/kubernetes/live/kubeconfig.ts';
import { makeTwin, type Twin } from '../connectors/kubernetes/twin.ts';
import { collectSession } from '../facts/collect.ts';
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
  const twin = await twinOf(demoEstate, signal, true);
  return targetOf('demo', kubernetes, twin, () => twin.close());
}

/** A twin of manifests. `start` runs the controllers once, so that workloads have pods. */
export async function twinOf(path: string, signal: AbortSignal, start: boolean): Promise<Twin> {
  const twin = makeTwin({ authorize });
  const objects = [];
  for await (const read of readManifests({ path, maxDocumentBytes: 16 * 1024 * 1024 }, signal)) {
    if ('object' in read) objects.push(read.object);
  }
  twin.load(objects, { start });
  return twin;
}

/** A copy in memory of what a spec names, to rehearse on; undefined where only the original can be asked (a cluster, a pipe). */
export async function rehearsalTwin(spec: string, signal: AbortSignal): Promise<Twin | undefined> {
  const path = spec.slice(spec.indexOf(':') + 1);
  if (path === '-' || path === 'in-cluster' || (await isKubeconfig(path))) return undefined;
  return twinOf(path, signal, false);
}

/** The connector that a spec names and its configuration. */
export function parseSpec(spec: string): { connector: AnyConnector; config: unknown } {
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
  return {
    spec,
    connector,
    session,
    collect: (signal, progress) => collectSession(connector, session, signal, progress),
    close,
  };
}
