/**
 * A small AI platform for the console's own browser tests: data of the agreed form with the awkward cases in it (a hostile
 * name, a limited answer, a drastic step, a large graph). It is no model of how Firebreak computes anything.
 */
import type { AttackPath, Blast, PathStep } from '@firebreak/contract/graph';
import type { Plan, PlanStep } from '@firebreak/contract/plan';
import type { Drawing } from '@firebreak/contract/routes';

type Role = Drawing['nodes'][number]['role'];

export interface FakeNode {
  readonly id: string;
  readonly kind: string;
  readonly class: string;
  readonly name: string;
  readonly namespace?: string;
  readonly facts: string[];
  readonly labels?: Record<string, string>;
  readonly jewel?: string;
  readonly detail?: Record<string, string | number | boolean>;
}

export const hostileName =
  'predictor\u202e\u0007<img src=x onerror=alert(1)>-with-a-name-that-goes-on-and-on-and-on-and-on-for-ever';

function node(kind: string, assetClass: string, path: string, more: Partial<FakeNode> = {}): FakeNode {
  const parts = path.split('/');
  const id = `kubernetes:${kind}/${path}`;
  return {
    id,
    kind,
    class: assetClass,
    name: parts.at(-1) ?? path,
    ...(parts.length > 1 ? { namespace: parts[0] } : {}),
    facts: [id],
    ...more,
  } as FakeNode;
}

const predictor = node('ServiceAccount', 'identity', 'ml-serving/predictor', {
  labels: { app: 'predictor', tier: 'serving' },
  detail: { automount: true, tokens: 2 },
});
const exec = node('PermissionSet', 'permission', 'ml-serving/deployer::deployer-binding');
const hostilePod = node('Pod', 'workload', `ml-serving/${hostileName}`);
const notebook = node('Pod', 'workload', 'notebooks/shared-gpu-0', {
  detail: { image: 'registry.local/notebook:2.4', privileged: true },
});
const gateway = node('Deployment', 'endpoint', 'llm-gateway/gateway', { detail: { replicas: 6 } });
const gpu = node('Node', 'host', 'gpu-1', { jewel: 'runs every training job', detail: { cpu: 64, gpu: 8 } });
const signer = node('Secret', 'credential', 'registry/model-signing-key', {
  jewel: 'signs every model that goes to production',
});
const model = node('InferenceService.serving.kserve.io', 'model', 'ml-serving/fraud-v7', {
  jewel: 'model in production',
});
const argo = node('Application.argoproj.io', 'update-channel', 'argocd/serving', { detail: { sync: 'automated' } });
const runner = node('Pod', 'pipeline', 'ci/runner-7c9f');
const dataset = node('PersistentVolumeClaim', 'dataset', 'training/customer-transcripts', {
  jewel: 'personal data of customers',
});
const admin = node('ClusterRoleBinding', 'permission', 'platform-admin', { jewel: 'cluster-admin' });

const pods = Array.from({ length: 22 }, (_, i) =>
  node('Pod', 'workload', `ml-serving/predictor-${i}`, { detail: { image: 'registry.local/predictor:7.1' } }),
);
const secrets = Array.from({ length: 9 }, (_, i) => node('Secret', 'credential', `ml-serving/config-${i}`));
const accounts = Array.from({ length: 7 }, (_, i) => node('ServiceAccount', 'identity', `training/worker-${i}`));

const named = [predictor, exec, hostilePod, notebook, gateway, runner, argo, gpu, signer, model, dataset, admin];
export const nodes: readonly FakeNode[] = [...named, ...pods, ...secrets, ...accounts];

const ref = ({ kind, id, name }: FakeNode) => ({ kind, id, name });

type Link = readonly [FakeNode, string, FakeNode, boolean?];
const links: readonly Link[] = [
  [predictor, 'PERMISSION_DISCOVER', exec],
  ...pods.map((pod): Link => [exec, 'POD_EXEC', pod, true]),
  [exec, 'POD_EXEC', hostilePod, true],
  [exec, 'POD_CREATE', notebook, true],
  ...pods.slice(0, 9).map((pod, i): Link => [pod, 'VOLUME_DISCOVER', secrets[i] as FakeNode]),
  [notebook, 'CE_PRIV_MOUNT', gpu, true],
  ...accounts.map((account): Link => [gpu, 'TOKEN_STEAL', account]),
  [accounts[0] as FakeNode, 'ROLE_BIND', admin, true],
  [accounts[1] as FakeNode, 'VOLUME_ACCESS', dataset, true],
  [accounts[2] as FakeNode, 'SECRET_READ', signer, true],
  [signer, 'IDENTITY_ASSUME', model],
  [pods[3] as FakeNode, 'ENDPOINT_EXPLOIT', gateway],
  [gateway, 'POD_EXEC', runner],
  [runner, 'UPDATE_CHANNEL_WRITE', argo],
  [argo, 'WORKLOAD_PATCH', model, true],
];

const hopsOf = new Map<string, number>([[predictor.id, 0]]);
for (let changed = true; changed; ) {
  changed = false;
  for (const [from, , to] of links) {
    const via = hopsOf.get(from.id);
    if (via !== undefined && (hopsOf.get(to.id) ?? 99) > via + 1) {
      hopsOf.set(to.id, via + 1);
      changed = true;
    }
  }
}
const hops = (item: FakeNode) => hopsOf.get(item.id) ?? 9;

export const gap = {
  kinds: ['Secret'],
  where: 'namespace payments',
  code: 'FB-K8S-FORBIDDEN',
  reason: 'Listing secrets in the namespace payments was refused.',
  next: 'Grant `list` on secrets in payments, or accept that paths through them are not seen.',
};

export function blast(limited: boolean): Blast {
  const jewels = nodes.filter((item) => item.jewel !== undefined);
  return {
    compromised: [ref(predictor)],
    reached: nodes.map((item) => ({
      ...ref(item),
      class: item.class,
      hops: hops(item),
      ...(item.namespace === undefined ? {} : { namespace: item.namespace }),
      ...(item.jewel === undefined ? {} : { jewel: item.jewel }),
    })),
    jewels: jewels.map((item) => ({ ...ref(item), jewel: item.jewel ?? '' })),
    chokepoints: [
      { ...ref(exec), guards: 6 },
      { ...ref(gpu), guards: 4 },
    ],
    counts: { nodes: 412, edges: 3120, reached: nodes.length, jewels: jewels.length },
    completeness: limited ? { answer: 'limited', reasons: [gap] } : { answer: 'complete' },
  };
}

/** Rings by distance from the compromised node, each ring spread evenly. */
export function drawing(contained: boolean): Drawing {
  const rings = Map.groupBy(nodes, hops);
  return {
    nodes: nodes.map((item) => {
      const ring = rings.get(hops(item)) ?? [];
      const angle = (2 * Math.PI * (ring.indexOf(item) + 0.37 * hops(item))) / ring.length;
      const safe = contained && hops(item) > 1;
      const role: Role =
        item === predictor ? 'compromised' : safe ? 'safe' : item.jewel !== undefined ? 'jewel' : 'reached';
      return {
        id: item.id,
        kind: item.kind,
        class: item.class,
        label: item.name,
        x: Math.cos(angle) * hops(item) * 100,
        y: Math.sin(angle) * hops(item) * 100,
        hops: hops(item),
        role,
      };
    }),
    edges: links.map(([from, type, to, severed]) => ({
      from: from.id,
      to: to.id,
      type,
      severed: contained && severed === true,
    })),
    omitted: 0,
  };
}

const large = 5000;

/** Five thousand nodes and twenty thousand steps, in clusters around a ring, the same every time. */
export function largeDrawing(): Drawing {
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const classes = ['workload', 'identity', 'credential', 'permission', 'host', 'volume', 'model', 'dataset'];
  const clusters = 40;
  const drawn = Array.from({ length: large }, (_, i) => {
    const cluster = i % clusters;
    const angle = (2 * Math.PI * cluster) / clusters;
    const out = 300 + (cluster % 4) * 130;
    const spread = 90 * Math.sqrt(random());
    const turn = 2 * Math.PI * random();
    const role: Role = i === 0 ? 'compromised' : i % 211 === 0 ? 'jewel' : 'reached';
    return {
      id: `kubernetes:Pod/ns-${cluster}/pod-${i}`,
      kind: 'Pod',
      class: classes[(i * 7 + cluster) % classes.length] ?? 'workload',
      label: `pod-${i}`,
      x: i === 0 ? 0 : Math.cos(angle) * out + Math.cos(turn) * spread,
      y: i === 0 ? 0 : Math.sin(angle) * out + Math.sin(turn) * spread,
      hops: i === 0 ? 0 : 1 + (cluster % 4),
      role,
    };
  });
  const edges = Array.from({ length: large * 4 }, (_, i) => {
    const from = Math.floor(i / 4);
    const near = (from + clusters * (1 + Math.floor(random() * 12))) % large;
    const to = random() < 0.12 ? Math.floor(random() * large) : near;
    return { from: drawn[from]?.id ?? '', to: drawn[to]?.id ?? '', type: 'POD_EXEC', severed: false };
  });
  return { nodes: drawn, edges, omitted: 1250 };
}

export function largeBlast(): Blast {
  const { nodes: drawn } = largeDrawing();
  const lines = drawn.map((item) => ({
    kind: item.kind,
    id: item.id,
    name: item.label,
    class: item.class,
    hops: item.hops,
    namespace: item.id.split('/')[1] ?? '',
  }));
  const jewels = drawn
    .filter((item) => item.role === 'jewel')
    .map((item) => ({ kind: item.kind, id: item.id, name: item.label, jewel: 'model in production' }));
  return {
    compromised: [{ kind: 'Pod', id: drawn[0]?.id ?? '', name: 'pod-0' }],
    reached: lines,
    jewels,
    chokepoints: [],
    counts: { nodes: 25_000, edges: 140_000, reached: 6250, jewels: jewels.length },
    completeness: { answer: 'complete' },
  };
}

const step = (type: string, from: FakeNode, to: FakeNode, what: string, more: Partial<PathStep> = {}): PathStep => ({
  type,
  from: ref(from),
  to: ref(to),
  what,
  why: 'A RoleBinding of the namespace gives the subject the verb on the resource, and nothing narrows it to one object.',
  cut: 'Remove the subject from the RoleBinding, or narrow the role to what the workload needs.',
  facts: [from.facts[0] ?? from.id, `kubernetes:RoleBinding/${from.namespace ?? 'default'}/deployer-binding`],
  techniques: ['T1609', 'AML.T0012'],
  likelihood: 0.95,
  traverse: 'seconds',
  ...more,
});

const toGpu = [
  step('PERMISSION_DISCOVER', predictor, exec, 'The token carries the permissions of the role deployer.'),
  step('POD_CREATE', exec, notebook, 'It creates a privileged pod on the shared GPU node pool.', {
    group: 'any pod of namespace notebooks',
    note: 'verb create on pods',
  }),
  step('CE_PRIV_MOUNT', notebook, gpu, 'A privileged container mounts the disk of its host.', {
    techniques: ['T1611'],
    traverse: 'minutes',
  }),
];

export const paths: readonly AttackPath[] = [
  { start: ref(predictor), goal: ref(gpu), jewel: gpu.jewel ?? '', likelihood: 0.86, steps: toGpu },
  {
    start: ref(predictor),
    goal: ref(signer),
    jewel: signer.jewel ?? '',
    likelihood: 0.62,
    steps: [
      ...toGpu,
      step('TOKEN_STEAL', gpu, accounts[2] as FakeNode, 'Tokens of every pod on the host lie in its file system.', {
        techniques: ['T1528'],
      }),
      step('SECRET_READ', accounts[2] as FakeNode, signer, 'The account reads secrets of the registry namespace.', {
        with: [ref(gpu)],
      }),
    ],
  },
  {
    start: ref(predictor),
    goal: ref(model),
    jewel: model.jewel ?? '',
    likelihood: 0.31,
    steps: [
      toGpu[0] as PathStep,
      step('POD_EXEC', exec, hostilePod, 'It opens a shell in a serving pod.'),
      step('ENDPOINT_EXPLOIT', hostilePod, gateway, 'The gateway trusts the network of the serving namespace.', {
        likelihood: 0.5,
        traverse: 'hours',
      }),
      step('WORKLOAD_PATCH', argo, model, 'Argo CD applies what the runner pushes.'),
    ],
  },
];

const planStep = (
  ordinal: number,
  stage: PlanStep['stage'],
  reason: PlanStep['reason'],
  title: string,
  target: FakeNode,
  more: Partial<PlanStep> = {},
): PlanStep => ({
  ordinal,
  id: `s${ordinal}`,
  lever: { key: `kubernetes.${stage}|${ordinal}`, action: `kubernetes.${stage}`, params: { name: target.name } },
  stage,
  target: ref(target),
  title,
  reason,
  why: 'It lies on every path from the compromised account to the crown jewels that remains after the other steps.',
  severs: [],
  interrupts: [],
  restarts: [],
  cost: 2,
  reversal: { kind: 'restore', how: 'The object is put back from its recorded before-state.' },
  drastic: false,
  approvals: 1,
  after: ordinal === 1 ? [] : ['s1'],
  ...more,
});

const severedOf = (types: readonly string[]) =>
  links
    .filter(([, type, , severed]) => severed && types.includes(type))
    .map(([from, type, to]) => ({ type, from: from.id, to: to.id }));

export function plan(digest: string): Plan {
  return {
    format: 'firebreak-plan/1',
    digest,
    compromised: [ref(predictor)],
    protect: 'default',
    verdict: 'contained',
    steps: [
      planStep(1, 'evidence', 'evidence', 'Record the manifests and audit events of namespace ml-serving', predictor, {
        cost: 0,
        reversal: { kind: 'restore', how: 'Nothing to undo: it only reads.' },
        why: 'Later steps change these objects.',
      }),
      planStep(2, 'delivery', 'stop-delivery', 'Suspend automated sync of Application serving', argo, {
        interrupts: [{ who: ref(argo), what: 'New releases of the serving stack wait.', weight: 1 }],
        why: 'Argo CD would put back within three minutes what the next steps remove.',
      }),
      planStep(3, 'access', 'cut', 'Remove ServiceAccount predictor from RoleBinding deployer-binding', exec, {
        severs: severedOf(['POD_EXEC', 'POD_CREATE']),
        interrupts: [{ who: ref(predictor), what: 'The predictor can no longer roll out its own pods.', weight: 3 }],
        cost: 4,
        after: ['s1', 's2'],
      }),
      planStep(
        4,
        'credential',
        'revoke-held-credential',
        'Invalidate the tokens of ServiceAccount predictor',
        predictor,
        {
          restarts: pods.slice(0, 3).map(ref),
          interrupts: [{ who: ref(pods[0] as FakeNode), what: 'Serving pods restart, 40 seconds each.', weight: 5 }],
          cost: 6,
          after: ['s3'],
        },
      ),
      planStep(5, 'placement', 'contain-host', 'Cordon node gpu-1', gpu, {
        severs: severedOf(['CE_PRIV_MOUNT']),
        interrupts: [{ who: ref(gpu), what: 'No new training job starts on 8 GPUs.', weight: 9 }],
        drastic: true,
        approvals: 2,
        cost: 10,
        after: ['s3'],
      }),
    ],
    cutCost: 14,
    lowerBound: 14,
    gap: 0,
    totalCost: 23,
    certificate: {
      kind: 'closed-set',
      graphDigest: 'c0ffee42'.repeat(8),
      reached: [predictor.id, exec.id],
      protected: [gpu, signer, model, dataset, admin].map((item) => item.id),
      exempt: [],
    },
    uncut: [],
    assumptions: [
      'The compromised account stays compromised.',
      'Nobody outside of the cluster holds a credential that was not collected.',
    ],
    completeness: { answer: 'complete' },
    exposure: { protectedReachable: 5, examples: paths.slice(0, 2) },
  };
}

/** A plan that cannot save everything and that rests on an incomplete reading. */
export function partialPlan(digest: string): Plan {
  const whole = plan(digest);
  return {
    ...whole,
    verdict: 'partial',
    cutCost: 15.5,
    lowerBound: 14.25,
    gap: 0.0806,
    uncut: [{ path: paths[2] as AttackPath, missing: 'No action can rotate the certificate of an external gateway.' }],
    certificate: { ...whole.certificate, exempt: [model.id] },
    completeness: { answer: 'limited', reasons: [gap] },
  };
}

export const compromisedId = predictor.id;
