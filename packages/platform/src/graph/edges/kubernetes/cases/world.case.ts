/**
 * Small worlds in few words, for the cases of the edge rules. Objects are what a manifest would hold and go through the real
 * connector, so that a case says something about files and clusters and not about our fact shapes. Everything is in
 * namespace `prod` unless it says otherwise.
 */
import type { AnyFact, Estate } from '@firebreak/contract';
import type { ApiObject } from '../../../../connectors/kubernetes/api.ts';
import { normalise } from '../../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../../facts/estate.ts';

export type World = readonly ApiObject[];

/** What a rule must derive, and what it must not. */
interface RuleCases {
  readonly holds: readonly {
    readonly world: World;
    /** `from + also -> to`, ids without `kubernetes:`. */
    readonly edges: readonly string[];
    /** Ids of the actions that the first of these edges can be severed with; each is tried on the twin. */
    readonly levers?: readonly string[];
  }[];
  readonly nearMisses: readonly {
    readonly because: string;
    readonly world: World;
    /** What must not be there; without it the rule must derive nothing at all. */
    readonly edge?: string;
  }[];
}
export type CaseTable = Readonly<Record<string, RuleCases>>;

const home = 'prod';
const rbac = 'rbac.authorization.k8s.io';

export function estate(world: World): Estate {
  const facts: AnyFact[] = [];
  for (const [index, object] of world.entries()) {
    const made = normalise(object, { locator: `world#${index}`, defaultNamespace: home });
    if (made.gaps.length > 0) throw new Error(`the world is not valid: ${JSON.stringify(made.gaps)}`);
    facts.push(...made.facts);
  }
  return estateOf(facts, []);
}

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: object = {},
  meta: object = {},
): ApiObject {
  return { apiVersion, kind, metadata: { name, namespace: home, ...meta }, ...rest } as ApiObject;
}

/** A pod of one container of the same name, on node `n1`. */
export function pod(name: string, container: object = {}, spec: object = {}, meta: object = {}): ApiObject {
  return object('v1', 'Pod', name, { spec: podSpec(name, container, spec), status: { phase: 'Running' } }, meta);
}

function podSpec(name: string, container: object, spec: object): object {
  return { nodeName: 'n1', containers: [{ name, image: 'registry.example/app:1', ...container }], ...spec };
}

/** A pod as `pod` with a host directory mounted at `/mnt`. */
export function podWithHostPath(name: string, path: string, mount: object = {}, container: object = {}): ApiObject {
  return pod(
    name,
    { volumeMounts: [{ name: 'host', mountPath: '/mnt', ...mount }], ...container },
    { volumes: [{ name: 'host', hostPath: { path } }] },
  );
}

export function workload(kind: string, name: string, container: object = {}, spec: object = {}): ApiObject {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name, image: 'registry.example/app:1', ...container }], ...spec },
  };
  const batch = kind === 'Job' || kind === 'CronJob';
  const body =
    kind === 'CronJob'
      ? { schedule: '0 0 * * *', jobTemplate: { spec: { template } } }
      : {
          ...(batch ? {} : { selector: { matchLabels: { app: name } } }),
          ...(kind === 'Deployment' ? { replicas: 1 } : {}),
          template,
        };
  return object(batch ? 'batch/v1' : 'apps/v1', kind, name, { spec: body });
}

export function account(name: string, rest: object = {}, namespace = home): ApiObject {
  return object('v1', 'ServiceAccount', name, rest, { namespace });
}
export function secret(
  name: string,
  type = 'Opaque',
  keys: readonly string[] = ['key'],
  annotations: object = {},
): ApiObject {
  const data = Object.fromEntries(keys.map((key) => [key, 'eA==']));
  return object('v1', 'Secret', name, { type, data }, { annotations });
}
export function tokenSecret(name: string, of: string): ApiObject {
  return secret(name, 'kubernetes.io/service-account-token', ['token'], { 'kubernetes.io/service-account.name': of });
}
export function namespace(name: string, enforce?: string): ApiObject {
  const labels = enforce === undefined ? {} : { 'pod-security.kubernetes.io/enforce': enforce };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
export function node(name: string, labels: object = {}): ApiObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
}

/** `verb,verb resource[@group] [name,name]` */
function policyRule(text: string): object {
  const [verbs = '', target = '', names] = text.split(' ');
  const [resource = '', group = ''] = target.split('@');
  return {
    apiGroups: [group],
    resources: resource.split(','),
    verbs: verbs.split(','),
    ...(names === undefined ? {} : { resourceNames: names.split(',') }),
  };
}

/** Account `who` may do these things in the namespace: permission set `PermissionSet/prod/who::who`. */
export function can(who: string, rules: readonly string[], named = who): ApiObject[] {
  return [
    object(`${rbac}/v1`, 'Role', named, { rules: rules.map(policyRule) }),
    object(`${rbac}/v1`, 'RoleBinding', named, binding('Role', named, who)),
  ];
}

/** … in the whole cluster: `PermissionSet/who::who`. */
export function canEverywhere(who: string, rules: readonly string[], named = who): ApiObject[] {
  return [
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: named }, rules: rules.map(policyRule) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: named },
      ...binding('ClusterRole', named, who),
    },
  ];
}

export function binding(kind: string, role: string, who: string): object {
  return { roleRef: { apiGroup: rbac, kind, name: role }, subjects: [subject(who)] };
}

/** `Group:x` and `User:x` are those, everything else is an account of the namespace. */
function subject(who: string): object {
  const [kind, name] = who.split(/:(.*)/s);
  if ((kind === 'Group' || kind === 'User') && name !== undefined) return { kind, apiGroup: rbac, name };
  return { kind: 'ServiceAccount', name: who, namespace: home };
}

export const rbacGroup = rbac;
