/**
 * The station's promotion gate: its policies and trust file from the data directory (`promotion/*.cedar`, `promotion/trust.json`), what
 * it looks at by itself from registries, the estate, kept inspections and incidents.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromotionSubject, Surroundings } from '@firebreak/contract';
import { type ImageRegistry, openImageRegistry } from '../connectors/oci/attached.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { imageReference } from '../graph/names/image-reference.ts';
import { bucketId, storageAddress } from '../graph/names/storage-uri.ts';
import type { Incidents } from '../incidents/incident.ts';
import { lineageOf } from '../inventory/lineage.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { incidentsFinding } from '../promotion/findings/incidents.ts';
import { lineageFinding } from '../promotion/findings/lineage.ts';
import { scanFinding } from '../promotion/findings/scan.ts';
import type { AttachedToImage } from '../promotion/findings/signature.ts';
import { createPromotionGate, type PromotionGate } from '../promotion/gate.ts';
import { openPromotionPolicy } from '../promotion/policy.ts';
import { openTrust, trustInNobody } from '../promotion/trust.ts';
import type { Transaction } from '../storage/database.ts';
import type { Storage } from '../storage/storage.ts';

export interface StationGate extends PromotionGate {
  /** With its digest, and whether it was asked for by it, where its registry may be asked. */
  resolve(subject: PromotionSubject, signal: AbortSignal): Promise<PromotionSubject>;
  /** Lineage and incidents, as far as there is an estate. */
  surroundings(subject: PromotionSubject): Promise<Pick<Surroundings, 'lineage' | 'incidents'>>;
  close(): Promise<void>;
}

/** @throws FirebreakError FB-POLICY-INVALID, FB-PROMOTION-TRUST */
export async function openStationGate(parts: {
  readonly data: string;
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly clock: Clock;
  readonly incidents: Incidents;
  readonly graph: () => Promise<AttackGraph | undefined>;
}): Promise<StationGate> {
  const folder = join(parts.data, 'promotion');
  const own = existsSync(folder) && (await readdir(folder)).some((name) => name.endsWith('.cedar')) ? [folder] : [];
  const trustFile = join(folder, 'trust.json');
  const trust = existsSync(trustFile) ? await openTrust(trustFile) : trustInNobody;
  const images = imageSource(trust.registries);

  async function surroundings(subject: PromotionSubject): Promise<Pick<Surroundings, 'lineage' | 'incidents'>> {
    const graph = await parts.graph();
    if (graph === undefined) return { lineage: null, incidents: null };
    const lineages = nodesOf(graph, subject).map((number) => lineageOf(graph, number));
    const [lineage] = lineages;
    const nodes = new Set(lineages.flatMap(({ model, upstream }) => [model, ...upstream].map(({ id }) => id)));
    const incidents = incidentsFinding(nodes, subject.digest, await parts.incidents.list());
    return {
      lineage:
        lineage === undefined
          ? {
              state: 'absent',
              why: 'The estate does not hold it.',
              next: 'Connect the registry that it is in, or name its node.',
            }
          : lineageFinding(lineage, graph.estate.gaps),
      incidents,
    };
  }

  const gate = createPromotionGate({
    policy: await openPromotionPolicy(own),
    trust,
    store: parts.storage.promotionStore,
    ledger: parts.ledger,
    clock: parts.clock,
    sources: {
      image: images.attached,
      scan: async ({ digest, node, name }) => {
        for (const key of [digest, node, name]) {
          const kept = key === undefined ? null : await parts.storage.promotionStore.inspection(key);
          if (kept !== null) return scanFinding(kept.report);
        }
        return undefined;
      },
      surroundings: async (subject) => {
        const { lineage, incidents } = await surroundings(subject);
        return { lineage: lineage ?? undefined, incidents: incidents ?? undefined };
      },
    },
  });
  return { ...gate, surroundings, resolve: images.resolve, close: images.close };
}

const mostNodes = 20;

/**
 * The nodes of an artifact, the one that names it best first: as it is given, by image and digest, and by the address that it lies
 * at, with whatever the estate says lies there too. Whoever asks may name a node, and does not get around the others by it.
 */
function nodesOf(graph: AttackGraph, { kind, name, node, digest }: PromotionSubject): readonly number[] {
  const { estate } = graph;
  const image = kind === 'image' ? imageReference(name) : undefined;
  const address = kind === 'image' ? undefined : storageAddress(name);
  const place = image && `${image.registry}/${image.repository}`;
  const written = [
    node,
    name,
    ...(place === undefined || digest === undefined ? [] : [`oci:Image/${place}@${digest}`]),
    ...(place === undefined ? [] : [`oci:Tag/${place}:${image?.tag ?? 'latest'}`, `oci:Repository/${place}`]),
    ...estate
      .all('mlflow.model-version')
      .flatMap(({ id, data }) =>
        data.storage === name ||
        data.source === name ||
        (address?.kind === 'registered-model' &&
          address.name === data.name &&
          (address.version ?? data.version) === data.version)
          ? [id]
          : [],
      ),
    ...estate.all('kubernetes.model-workload').flatMap(({ id, data }) => (data.storageUri === name ? [id] : [])),
    ...(address?.kind === 'bucket' ? [bucketId(address.provider, address.bucket)] : []),
    ...(address?.kind === 'image' ? [address.id] : []),
  ];
  const found = written.flatMap((id) => (id === undefined ? [] : (graph.indexOf.get(id) ?? [])));
  return [...new Set(found)].slice(0, mostNodes);
}

/** Images at the registries that may be asked, each opened once. */
export function imageSource(registries: readonly string[]) {
  const opened = new Map<string, Promise<ImageRegistry | undefined>>();
  async function registryOf(name: string): Promise<ImageRegistry | undefined> {
    for (const spec of registries) {
      const registry = opened.get(spec) ?? openImageRegistry(spec);
      opened.set(spec, registry);
      const found = await registry;
      if (found?.name === name) return found;
    }
    return undefined;
  }
  const unread = (why: string) =>
    ({ state: 'unread', why, next: 'Name the registry in the trust file, and see that it answers.' }) as const;

  return {
    async resolve(subject: PromotionSubject, signal: AbortSignal): Promise<PromotionSubject> {
      const image = subject.kind === 'image' ? imageReference(subject.name) : undefined;
      if (image === undefined) return subject;
      if (image.digest !== undefined)
        // What is written is what runs: a digest beside it that says otherwise is not believed.
        return { ...subject, digest: image.digest, byDigest: image.digest.startsWith('sha256:') };
      const registry = await registryOf(image.registry);
      const digest = await registry?.resolve(image.repository, image.tag ?? 'latest', signal);
      const { digest: _, ...rest } = subject;
      return typeof digest === 'string' && digest.startsWith('sha256:')
        ? { ...rest, digest, byDigest: false }
        : { ...rest, byDigest: false };
    },

    async attached(
      subject: PromotionSubject,
      signal: AbortSignal,
    ): Promise<AttachedToImage | ReturnType<typeof unread>> {
      const image = imageReference(subject.name);
      if (image === undefined) return unread('Its name is no reference of an image.');
      const registry = await registryOf(image.registry);
      if (registry === undefined) return unread(`The registry ${image.registry} may not be asked.`);
      if (subject.digest === undefined) return unread('Its digest could not be found out.');
      const found = await registry.attached(image.repository, subject.digest, signal);
      return 'untold' in found ? unread(found.untold) : found;
    },

    async close(): Promise<void> {
      for (const registry of opened.values()) await (await registry)?.close();
    },
  };
}
