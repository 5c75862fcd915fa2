/**
 * What opens other systems. A secret is judged by its type and the names of its keys (values are never read): registries,
 * clouds, source hosts, model hubs, AI providers, databases, other clusters. A service account may stand for a role of a
 * cloud by annotation; the cloud's admission webhook or metadata server then hands the pods of the account its credential.
 */
import type { Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';

export interface Credential {
  readonly id: NodeId;
  /** The secret that it lies in, or the service account that stands for it. */
  readonly holder: FactId;
  readonly namespace: string;
  readonly name: string;
  /** What it opens: `registry`, `aws`, … */
  readonly system: string;
  readonly because: string;
}

const byType: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': 'registry',
  'kubernetes.io/dockercfg': 'registry',
  'kubernetes.io/ssh-auth': 'ssh',
};

/** Linear-time on foreign names: plain alternatives without nested repetition. */
const byKey: readonly (readonly [system: string, key: RegExp])[] = [
  ['registry', /^\.dockerconfigjson$|^\.dockercfg$/],
  [
    'aws',
    /^aws[_-]?(access[_-]?key|secret[_-]?access|session[_-]?token|credentials)|^accesskey$|^awssecretaccesskey$/i,
  ],
  [
    'gcp',
    /^google[_-]application[_-]credentials|^gcloud-application-credentials\.json$|^gcp[_-].*key|service[_-]?account.*\.json$/i,
  ],
  [
    'azure',
    /^azure[_-]?(client[_-]?secret|credentials|storage[_-]?key)|^azurestorageaccountkey$|^client_secret_azure$/i,
  ],
  ['git', /^ssh-privatekey$|^identity$|^gh[_-]?token$|^github[_-]?token$|^gitlab[_-]?token$|^githubapp/i],
  ['huggingface', /^hf[_-]?token$|^hugging[_-]?face/i],
  ['openai', /^openai[_-]?api[_-]?key$/i],
  ['anthropic', /^anthropic[_-]?api[_-]?key$/i],
  ['wandb', /^wandb[_-]?api[_-]?key$/i],
  [
    'database',
    /^(database[_-]?url|postgres(ql)?[_-]?password|mysql[_-]?password|db[_-]?password|redis[_-]?password)$/i,
  ],
  ['kubernetes', /^kubeconfig$|^\.kubeconfig$/i],
];

export const credentialsOf: (estate: Estate) => readonly Credential[] = perEstate((estate) => {
  const credentials: Credential[] = [];
  for (const fact of estate.all('kubernetes.secret')) {
    const { type, dataKeys, metadata } = fact.data;
    const systems = new Map<string, string>();
    const typed = byType[type ?? ''];
    if (typed !== undefined) systems.set(typed, `type ${type}`);
    for (const key of dataKeys)
      for (const [system, pattern] of byKey)
        if (!systems.has(system) && pattern.test(key)) systems.set(system, `key ${key}`);
    const namespace = metadata.namespace ?? 'default';
    for (const [system, because] of systems) {
      const id = `kubernetes:Credential/${namespace}/${metadata.name}/${system}`;
      credentials.push({ id, holder: fact.id, namespace, name: metadata.name, system, because });
    }
  }
  return credentials;
});

const cloudRoles: Readonly<Record<string, string>> = {
  'eks.amazonaws.com/role-arn': 'aws-role',
  'iam.gke.io/gcp-service-account': 'gcp-service-account',
  'azure.workload.identity/client-id': 'azure-identity',
};

/** By the account's id. */
export const cloudIdentitiesOf: (estate: Estate) => ReadonlyMap<NodeId, readonly Credential[]> = perEstate((estate) => {
  const byAccount = new Map<NodeId, readonly Credential[]>();
  for (const { id: holder, data } of estate.all('kubernetes.service-account')) {
    const { name, namespace = 'default', annotations } = data.metadata;
    const credentials = Object.entries(cloudRoles).flatMap(([annotation, system]) => {
      const role = annotations[annotation];
      if (role === undefined || role === '') return [];
      const id = `kubernetes:Credential/${namespace}/${name}/${system}`;
      return [{ id, holder, namespace, name, system, because: `stands for ${role}` }];
    });
    if (credentials.length > 0) byAccount.set(holder, credentials);
  }
  return byAccount;
});
