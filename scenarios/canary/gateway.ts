/**
 * What stands between users and model servers in a cluster, reduced to what a canary needs: a gateway that takes the weights of an
 * HTTPRoute from the real API server and shares real requests out by them, and the part of KServe's controller that reports which
 * revision has how much traffic. Both write the status that the real ones would, and nothing else.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesApi, ResourceRef } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import { array, at, textAt } from '../../packages/platform/src/intake/foreign.ts';

const everyMs = 100;

export interface Controller {
  /** Reads what is asked for, and does it, until it is closed. */
  close(): Promise<void>;
}

function reconciling(work: (signal: AbortSignal) => Promise<void>): Controller {
  const closing = new AbortController();
  const loop = (async () => {
    while (!closing.signal.aborted) {
      await work(closing.signal);
      await sleep(everyMs);
    }
  })();
  return {
    close: async () => {
      closing.abort();
      await loop.catch(() => undefined);
    },
  };
}

/** @param backends address of each, by its name in the route */
export async function openGateway(
  api: KubernetesApi,
  route: ResourceRef,
  backends: Readonly<Record<string, string>>,
): Promise<Controller & { readonly address: string; readonly served: Record<string, number> }> {
  let weights: readonly (readonly [backend: string, weight: number])[] = [];
  const served: Record<string, number> = {};
  const controller = reconciling(async (signal) => {
    const read = await api.get(route, signal);
    if (!read.ok) return;
    const rule = array(at(read.value, 'spec', 'rules'))[0];
    weights = array(at(rule, 'backendRefs')).map((each) => [
      textAt(each, 'name') ?? '',
      Number(at(each, 'weight') ?? 1),
    ]);
    const generation = Number(at(read.value, 'metadata', 'generation'));
    const parent = array(at(read.value, 'status', 'parents'))[0];
    if (Number(at(array(at(parent, 'conditions'))[0], 'observedGeneration')) === generation) return;
    const accepted = {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: '',
      observedGeneration: generation,
      lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''),
    };
    const parents = [
      { parentRef: { name: 'edge' }, controllerName: 'firebreak.example/tests', conditions: [accepted] },
    ];
    await api.patch({ ...route, subresource: 'status' }, 'merge', { status: { parents } }, signal);
  });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const name = drawn(weights);
    served[name] = (served[name] ?? 0) + 1;
    const answer = await fetch(`${backends[name]}${request.url}`, { method: 'POST', body: Buffer.concat(chunks) });
    response.writeHead(answer.status, { 'content-type': 'application/json', 'x-served-by': name });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    async close() {
      await controller.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function drawn(weights: readonly (readonly [backend: string, weight: number])[]): string {
  let place = Math.random() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of weights) {
    place -= weight;
    if (place < 0) return name;
  }
  return '';
}

/** KServe on Knative: the newest revision has `canaryTrafficPercent`, all of it where none is given; the one before has the rest. */
export function openServing(
  api: KubernetesApi,
  service: ResourceRef,
  { newest, before }: { readonly newest: string; readonly before: string },
): Controller {
  let told: number | undefined;
  return reconciling(async (signal) => {
    const read = await api.get(service, signal);
    if (!read.ok) return;
    const percent = Number(at(read.value, 'spec', 'predictor', 'canaryTrafficPercent') ?? 100);
    if (told === percent) return;
    const shares = [
      { revisionName: newest, latestRevision: true, percent },
      { revisionName: before, latestRevision: false, percent: 100 - percent },
    ];
    const predictor = {
      latestReadyRevision: newest,
      latestCreatedRevision: newest,
      latestRolledoutRevision: before,
      previousRolledoutRevision: before,
      traffic: shares.filter((each) => each.percent > 0),
    };
    const status = { conditions: [{ type: 'Ready', status: 'True' }], components: { predictor } };
    const written = await api.patch({ ...service, subresource: 'status' }, 'merge', { status }, signal);
    if (written.ok) told = percent;
  });
}
