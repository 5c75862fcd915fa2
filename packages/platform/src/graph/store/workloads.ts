/**
 * Stores that run as Kubernetes workloads, recognised by the repository of their image, and named by the service in front of them
 * at the port that the software listens on: that is the address that its users write down.
 */
import { type Estate, type FactId, type NodeId, type StoreSoftware, storeName } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { endpointsOf } from '../kubernetes/endpoints.ts';
import type { ContainerView, PodView } from '../kubernetes/pods.ts';
import { imageReference } from '../names/image-reference.ts';

interface Software {
  readonly software: StoreSoftware;
  readonly image: RegExp;
  readonly port: number;
  /** A variable without which, by the project's default, everybody is let in. */
  readonly closes: RegExp;
}

/** Images as the projects publish them, with or without a mirror's path before them. */
const known: readonly Software[] = [
  {
    software: 'qdrant',
    image: /(^|\/)qdrant\/qdrant(-[a-z0-9-]+)?$/,
    port: 6333,
    closes: /^QDRANT__SERVICE__(API_KEY|JWT_RBAC)$/,
  },
  { software: 'weaviate', image: /(^|\/)semitechnologies\/weaviate$/, port: 8080, closes: /^AUTHENTICATION_/ },
  { software: 'milvus', image: /(^|\/)milvusdb\/milvus(-[a-z0-9-]+)?$/, port: 19530, closes: /AUTHORIZATION/ },
  { software: 'chroma', image: /(^|\/)(chromadb|chroma-core)\/chroma$/, port: 8000, closes: /^CHROMA_SERVER_AUTH/ },
  { software: 'pgvector', image: /(^|\/)(pgvector|ankane)\/pgvector$/, port: 5432, closes: /^POSTGRES_|^PG/ },
];

export interface StoreWorkload {
  readonly software: StoreSoftware;
  /** `store:VectorStore/qdrant.ml.svc:6333` */
  readonly id: NodeId;
  readonly name: string;
  readonly namespace: string;
  /** The service's endpoint at that port. */
  readonly endpoint: NodeId;
  readonly containers: readonly { readonly pod: PodView; readonly container: ContainerView }[];
  /** Nothing in its containers says that anybody is asked for a credential. */
  readonly looksOpen: boolean;
  readonly facts: readonly FactId[];
}

export const storeWorkloads: (estate: Estate) => readonly StoreWorkload[] = perEstate((estate) =>
  endpointsOf(estate).flatMap((endpoint): StoreWorkload[] => {
    if (!endpoint.id.includes('/service/')) return [];
    const matching = endpoint.targets.flatMap(({ pod, container }) => {
      const software = softwareOf(container.spec.image);
      return software !== undefined && software.port === endpoint.port ? [{ software, pod, container }] : [];
    });
    const [first] = matching;
    const name = storeName(`tcp://${endpoint.name}.${endpoint.namespace}.svc:${endpoint.port}`);
    if (first === undefined || name === undefined) return [];
    const { software } = first;
    return [
      {
        software: software.software,
        id: `store:VectorStore/${name}`,
        name: endpoint.name,
        namespace: endpoint.namespace,
        endpoint: endpoint.id,
        containers: matching.map(({ pod, container }) => ({ pod, container })),
        looksOpen:
          software.software !== 'pgvector' && matching.every(({ container }) => !isClosed(container, software)),
        facts: [...new Set([...endpoint.facts, ...first.pod.facts])],
      },
    ];
  }),
);

function softwareOf(image: string | undefined): Software | undefined {
  const repository = image === undefined ? undefined : imageReference(image)?.repository;
  return repository === undefined ? undefined : known.find((each) => each.image.test(repository));
}

/** What is mounted or taken from a secret as a whole may close it as well. */
function isClosed({ spec }: ContainerView, { closes }: Software): boolean {
  const named = spec.env.some(({ name }) => closes.test(name));
  const mounted = spec.volumeMounts.some(({ mountPath }) => /config|\.ya?ml$/.test(mountPath));
  return named || mounted || spec.envFrom.length > 0;
}
