/**
 * Kubernetes objects as facts. The shapes are Kubernetes' own (API reference v1.34), stripped to the fields that edge
 * rules, plans and actions read; names are therefore Kubernetes' names. What must stay true:
 *
 * - a secret's values are not in here, only the names of its keys;
 * - everything is foreign input: wrong types make the object a gap (`FB-K8S-OBJECT-INVALID`), never an exception later;
 * - `null` counts as absent, as the API server itself treats it.
 */
import { z } from 'zod';
import { denial } from './kubernetes-denial.ts';

/** Absent and null are the same thing to Kubernetes. */
function maybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === null ? undefined : value), schema.optional());
}
/** A list where absent and null mean empty. */
function list<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => value ?? [], z.array(item));
}
/** A string map; Kubernetes allows null. */
const stringMap = z.preprocess((value) => value ?? {}, z.record(z.string(), z.string()));

/**
 * Names: the API server's own rule for the most liberal objects (RBAC: a path segment). Control characters, slashes and
 * over-long names never occur in a real cluster; in a file they are an attack on whoever reads the report.
 */
const nameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}/%]+$/u, 'not a valid Kubernetes object name');
const namespaceSchema = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'not a valid namespace name');

export const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: maybe(z.string()),
  controller: maybe(z.boolean()),
});

export const objectMeta = z.object({
  name: nameSchema,
  namespace: maybe(namespaceSchema),
  uid: maybe(z.string()),
  creationTimestamp: maybe(z.string()),
  labels: stringMap,
  annotations: stringMap,
  ownerReferences: list(ownerReference),
});
export type ObjectMeta = z.infer<typeof objectMeta>;

const base = { metadata: objectMeta };

export const labelSelector = z.object({
  matchLabels: stringMap,
  matchExpressions: list(z.object({ key: z.string(), operator: z.string(), values: list(z.string()) })),
});
export type LabelSelector = z.infer<typeof labelSelector>;

const windowsOptions = maybe(z.object({ hostProcess: maybe(z.boolean()) }));

const securityContext = z.object({
  privileged: maybe(z.boolean()),
  allowPrivilegeEscalation: maybe(z.boolean()),
  runAsUser: maybe(z.number()),
  runAsNonRoot: maybe(z.boolean()),
  readOnlyRootFilesystem: maybe(z.boolean()),
  windowsOptions,
  capabilities: maybe(z.object({ add: list(z.string()), drop: list(z.string()) })),
});

const secretOrConfigRef = z.object({ name: maybe(z.string()), key: maybe(z.string()), optional: maybe(z.boolean()) });

/**
 * A variable's value is not kept, with one exception: of an http address its scheme, host and port, because the server that a
 * workload speaks to is named nowhere else.
 */
function environmentVariable<T extends z.ZodRawShape>(shape: T) {
  return z.preprocess((value) => {
    const url = (value as { readonly value?: unknown } | null)?.value;
    if (typeof url !== 'string' || !/^https?:/.test(url) || url.length > 2048 || !URL.canParse(url)) return value;
    return { ...(value as object), address: new URL(url).origin };
  }, z.object(shape));
}

export const containerSpec = z.object({
  name: z.string(),
  image: maybe(z.string()),
  imagePullPolicy: maybe(z.string()),
  command: list(z.string()),
  args: list(z.string()),
  stdin: maybe(z.boolean()),
  securityContext: maybe(securityContext),
  ports: list(
    z.object({
      name: maybe(z.string()),
      containerPort: z.number(),
      hostPort: maybe(z.number()),
      protocol: maybe(z.string()),
    }),
  ),
  volumeMounts: list(
    z.object({
      name: z.string(),
      mountPath: z.string(),
      readOnly: maybe(z.boolean()),
      subPath: maybe(z.string()),
    }),
  ),
  env: list(
    environmentVariable({
      name: z.string(),
      address: maybe(z.string()),
      valueFrom: maybe(z.object({ secretKeyRef: maybe(secretOrConfigRef), configMapKeyRef: maybe(secretOrConfigRef) })),
    }),
  ),
  envFrom: list(z.object({ secretRef: maybe(secretOrConfigRef), configMapRef: maybe(secretOrConfigRef) })),
});
export type ContainerSpec = z.infer<typeof containerSpec>;

export const volume = z.object({
  name: z.string(),
  hostPath: maybe(z.object({ path: z.string(), type: maybe(z.string()) })),
  secret: maybe(z.object({ secretName: maybe(z.string()) })),
  configMap: maybe(z.object({ name: maybe(z.string()) })),
  persistentVolumeClaim: maybe(z.object({ claimName: z.string(), readOnly: maybe(z.boolean()) })),
  emptyDir: maybe(z.object({})),
  projected: maybe(
    z.object({
      sources: list(
        z.object({
          serviceAccountToken: maybe(
            z.object({ path: maybe(z.string()), audience: maybe(z.string()), expirationSeconds: maybe(z.number()) }),
          ),
          secret: maybe(z.object({ name: maybe(z.string()) })),
          configMap: maybe(z.object({ name: maybe(z.string()) })),
        }),
      ),
    }),
  ),
  csi: maybe(z.object({ driver: z.string() })),
});
export type Volume = z.infer<typeof volume>;

export const podSpec = z.object({
  serviceAccountName: maybe(z.string()),
  serviceAccount: maybe(z.string()),
  automountServiceAccountToken: maybe(z.boolean()),
  nodeName: maybe(z.string()),
  nodeSelector: stringMap,
  hostNetwork: maybe(z.boolean()),
  hostPID: maybe(z.boolean()),
  hostIPC: maybe(z.boolean()),
  /** `false`: the pod's root is an ordinary user of the host (user namespaces). */
  hostUsers: maybe(z.boolean()),
  shareProcessNamespace: maybe(z.boolean()),
  runtimeClassName: maybe(z.string()),
  securityContext: maybe(z.object({ runAsUser: maybe(z.number()), runAsNonRoot: maybe(z.boolean()), windowsOptions })),
  containers: list(containerSpec),
  initContainers: list(containerSpec.extend({ restartPolicy: maybe(z.string()) })),
  ephemeralContainers: list(containerSpec),
  volumes: list(volume),
  imagePullSecrets: list(z.object({ name: maybe(z.string()) })),
});
export type PodSpec = z.infer<typeof podSpec>;

const podTemplate = z.object({
  metadata: maybe(z.object({ labels: stringMap, annotations: stringMap })),
  spec: podSpec,
});

export const pod = z.object({
  ...base,
  spec: podSpec,
  status: maybe(
    z.object({
      phase: maybe(z.string()),
      podIP: maybe(z.string()),
      hostIP: maybe(z.string()),
      /** `imageID` is what the node runs, whatever name the image was asked for by. */
      containerStatuses: maybe(z.array(z.object({ name: z.string(), imageID: maybe(z.string()) }))),
    }),
  ),
});

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob: told apart by `workloadKind`. */
export const workload = z.object({
  ...base,
  workloadKind: z.enum([
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'Job',
    'CronJob',
  ]),
  replicas: maybe(z.number()),
  suspend: maybe(z.boolean()),
  selector: maybe(labelSelector),
  template: podTemplate,
});

export const policyRule = z.object({
  apiGroups: list(z.string()),
  resources: list(z.string()),
  resourceNames: list(z.string()),
  nonResourceURLs: list(z.string()),
  verbs: list(z.string()),
});
export type PolicyRule = z.infer<typeof policyRule>;

/** Role (with a namespace) or ClusterRole (without). */
export const role = z.object({
  ...base,
  rules: list(policyRule),
  aggregationRule: maybe(z.object({ clusterRoleSelectors: list(labelSelector) })),
});

export const subject = z.object({
  kind: z.string(),
  apiGroup: maybe(z.string()),
  name: z.string(),
  namespace: maybe(z.string()),
});
export type Subject = z.infer<typeof subject>;

/** RoleBinding (with a namespace) or ClusterRoleBinding (without). */
export const roleBinding = z.object({
  ...base,
  roleRef: z.object({ apiGroup: maybe(z.string()), kind: z.string(), name: z.string() }),
  subjects: list(subject),
});

export const serviceAccount = z.object({
  ...base,
  automountServiceAccountToken: maybe(z.boolean()),
  secrets: list(z.object({ name: maybe(z.string()) })),
  imagePullSecrets: list(z.object({ name: maybe(z.string()) })),
});

export const secret = z.object({
  ...base,
  type: maybe(z.string()),
  /** Names of its keys, where they are known: a server tells only their number unless it sends the values too. */
  dataKeys: list(z.string()),
  /** How many keys it has; absent when not even that is known. */
  keyCount: maybe(z.number()),
});

export const configMap = z.object({
  ...base,
  dataKeys: list(z.string()),
  /** Of `kube-system/aws-auth` alone, from which EKS learns who is who: AWS identities and what they are in the cluster. */
  awsAuth: maybe(z.array(z.object({ arn: z.string(), username: maybe(z.string()), groups: list(z.string()) }))),
});

export const persistentVolume = z.object({
  ...base,
  spec: z.object({
    hostPath: maybe(z.object({ path: z.string() })),
    local: maybe(z.object({ path: z.string() })),
    storageClassName: maybe(z.string()),
    claimRef: maybe(z.object({ namespace: maybe(z.string()), name: maybe(z.string()) })),
  }),
});

export const persistentVolumeClaim = z.object({
  ...base,
  spec: z.object({ volumeName: maybe(z.string()), storageClassName: maybe(z.string()) }),
});

export const node = z.object({
  ...base,
  spec: maybe(
    z.object({
      unschedulable: maybe(z.boolean()),
      /** Which machine it is, in the words of its cloud: `aws:///eu-west-1a/i-0123456789abcdef0`. */
      providerID: maybe(z.string()),
      taints: list(z.object({ key: z.string(), value: maybe(z.string()), effect: z.string() })),
    }),
  ),
});

export const service = z.object({
  ...base,
  spec: z.object({
    type: maybe(z.string()),
    selector: stringMap,
    ports: list(
      z.object({
        name: maybe(z.string()),
        port: z.number(),
        targetPort: maybe(z.union([z.number(), z.string()])),
        nodePort: maybe(z.number()),
        protocol: maybe(z.string()),
      }),
    ),
    externalIPs: list(z.string()),
  }),
});

/** EndpointSlice, or Endpoints brought to the same form. */
export const endpointSlice = z.object({
  ...base,
  serviceName: maybe(z.string()),
  endpoints: list(
    z.object({
      addresses: list(z.string()),
      targetRef: maybe(z.object({ kind: maybe(z.string()), namespace: maybe(z.string()), name: maybe(z.string()) })),
    }),
  ),
  ports: list(z.object({ name: maybe(z.string()), port: maybe(z.number()), protocol: maybe(z.string()) })),
});

export const ingress = z.object({
  ...base,
  spec: z.object({
    backends: list(
      z.object({
        service: z.string(),
        port: maybe(z.union([z.number(), z.string()])),
        host: maybe(z.string()),
        path: maybe(z.string()),
      }),
    ),
  }),
});

const policyPeer = z.object({
  podSelector: maybe(labelSelector),
  namespaceSelector: maybe(labelSelector),
  ipBlock: maybe(z.object({ cidr: z.string(), except: list(z.string()) })),
});
const policyPort = z.object({
  protocol: maybe(z.string()),
  port: maybe(z.union([z.number(), z.string()])),
  endPort: maybe(z.number()),
});
export const networkPolicy = z.object({
  ...base,
  spec: z.object({
    podSelector: z.preprocess((value) => value ?? {}, labelSelector),
    policyTypes: list(z.string()),
    ingress: list(z.object({ from: list(policyPeer), ports: list(policyPort) })),
    egress: list(z.object({ to: list(policyPeer), ports: list(policyPort) })),
    /** Whether the rule lists were present at all: an absent list and an empty one differ for default policy types. */
    hasEgress: z.boolean(),
  }),
});

export const certificateSigningRequest = z.object({
  ...base,
  spec: z.object({ signerName: maybe(z.string()), username: maybe(z.string()), usages: list(z.string()) }),
});

/** MutatingWebhookConfiguration or ValidatingWebhookConfiguration, told apart by `mutating`. */
export const webhookConfiguration = z.object({
  ...base,
  mutating: z.boolean(),
  webhooks: list(
    z.object({
      name: z.string(),
      failurePolicy: maybe(z.string()),
      clientConfig: maybe(
        z.object({
          url: maybe(z.string()),
          service: maybe(z.object({ namespace: z.string(), name: z.string(), port: maybe(z.number()) })),
        }),
      ),
      rules: list(z.object({ apiGroups: list(z.string()), resources: list(z.string()), operations: list(z.string()) })),
    }),
  ),
});

export const namespace = z.object({ ...base });

/**
 * A custom resource that brings code or models into the cluster: Argo CD Application, Flux Kustomization and HelmRelease.
 * `system` tells which lever stops it; `delivers` is what it says it writes to.
 */
export const deliveryChannel = z.object({
  ...base,
  system: z.enum(['argocd', 'flux']),
  apiVersion: z.string(),
  resourceKind: z.string(),
  automated: z.boolean(),
  suspended: z.boolean(),
  source: maybe(z.string()),
  /** Everything that it takes from: an address, or another channel of the cluster that keeps a copy of one. */
  sources: list(
    z.object({
      url: maybe(z.string()),
      /** `<Kind>/<namespace>/<name>` of a Flux source. */
      reference: maybe(z.string()),
      /** Branch, tag, commit, version range or digest, as written. */
      revision: maybe(z.string()),
      path: maybe(z.string()),
      chart: maybe(z.string()),
    }),
  ),
  /** Namespaces that it writes to, from its destination and its reported resources. */
  targetNamespaces: list(z.string()),
  /** Objects that it reports to own, when it does. */
  resources: list(
    z.object({ group: maybe(z.string()), kind: z.string(), namespace: maybe(z.string()), name: z.string() }),
  ),
  serviceAccountName: maybe(z.string()),
});

/** A served or trained model as a custom resource: KServe InferenceService and kin, Ray and Kubeflow jobs. */
export const modelWorkload = z.object({
  ...base,
  apiVersion: z.string(),
  resourceKind: z.string(),
  role: z.enum(['serving', 'training', 'notebook', 'agent']),
  storageUri: maybe(z.string()),
  /**
   * Of KServe where it keeps revisions, and only while the newest one that it made is ready: that one, and the one that traffic can go
   * back to.
   */
  revisions: maybe(z.object({ newest: z.string(), back: maybe(z.string()) })),
  serviceAccountName: maybe(z.string()),
  /** The pods that its operator makes of it; empty while it is suspended, stopped or over. */
  pods: list(z.object({ name: z.string(), labels: stringMap, spec: podSpec })),
  /** Its operator has a way to stop it and keep it stopped. */
  stoppable: maybe(z.boolean()),
});

/** Any other custom resource, as inventory. */
export const customResource = z.object({ ...base, apiVersion: z.string(), resourceKind: z.string() });

/** A quantity may be written as a number. */
const quantities = z.preprocess(
  (value) => value ?? {},
  z.record(z.string(), z.union([z.string(), z.number()]).transform(String)),
);

/** Limits of a namespace. */
export const resourceQuota = z.object({
  ...base,
  spec: z.object({
    hard: quantities,
    scopes: list(z.string()),
    /** Counts only some of the objects, by priority class or the like. */
    scoped: z.boolean(),
  }),
});

/** ValidatingAdmissionPolicy: only what can be decided of it. */
export const admissionPolicy = z.object({
  ...base,
  /** What it denies, when it is one of the shapes that Firebreak makes. */
  denies: maybe(denial),
});

/** ValidatingAdmissionPolicyBinding. */
export const admissionPolicyBinding = z.object({
  ...base,
  policyName: z.string(),
  /** Refuses, and does not only warn or write to the audit log. */
  enforced: z.boolean(),
  /** Without parameters, and without any narrowing of its own. */
  unconditional: z.boolean(),
});

/** Fact kind → data schema. The connector parses with it; the type below is derived from it. */
export const kubernetesFactSchemas = {
  'kubernetes.namespace': namespace,
  'kubernetes.pod': pod,
  'kubernetes.workload': workload,
  'kubernetes.role': role,
  'kubernetes.role-binding': roleBinding,
  'kubernetes.service-account': serviceAccount,
  'kubernetes.secret': secret,
  'kubernetes.config-map': configMap,
  'kubernetes.persistent-volume': persistentVolume,
  'kubernetes.persistent-volume-claim': persistentVolumeClaim,
  'kubernetes.node': node,
  'kubernetes.service': service,
  'kubernetes.endpoint-slice': endpointSlice,
  'kubernetes.ingress': ingress,
  'kubernetes.network-policy': networkPolicy,
  'kubernetes.certificate-signing-request': certificateSigningRequest,
  'kubernetes.webhook-configuration': webhookConfiguration,
  'kubernetes.resource-quota': resourceQuota,
  'kubernetes.admission-policy': admissionPolicy,
  'kubernetes.admission-policy-binding': admissionPolicyBinding,
  'kubernetes.delivery-channel': deliveryChannel,
  'kubernetes.model-workload': modelWorkload,
  'kubernetes.custom-resource': customResource,
} as const;

export type KubernetesFactKind = keyof typeof kubernetesFactSchemas;
/** A Kubernetes object of any kind: all have metadata. */
export type KubernetesFact = {
  [K in KubernetesFactKind]: z.output<(typeof kubernetesFactSchemas)[K]>;
}[KubernetesFactKind];
