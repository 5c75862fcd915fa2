/** The credentials of providers that a proxy holds: by the name of its own entry, of a variable, or of the deployment that it stands in. */
import { type Estate, type Fact, type FactId, litellmId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';

export interface ProviderCredential {
  readonly id: NodeId;
  readonly server: string;
  readonly name: string;
  readonly from: 'environment' | 'stored' | 'inline';
  readonly provider: string | undefined;
  readonly facts: readonly FactId[];
}

/** Those of one deployment. */
export function credentialsOf({ id, data }: Fact<'litellm.deployment'>): readonly ProviderCredential[] {
  const { server, provider, credential, model, deployment } = data;
  const { kind, names } = credential;
  if (kind === 'none' || kind === 'untold') return [];
  const all = kind === 'inline' ? [`${model}/${deployment}`] : names;
  return all.map((name) => ({
    id: litellmId('Credential', server, kind === 'environment' ? `env:${name}` : name),
    server,
    name,
    from: kind,
    provider,
    facts: [id],
  }));
}

/** All of them, those that no deployment uses included. */
export const providerCredentials: (estate: Estate) => readonly ProviderCredential[] = perEstate((estate) => [
  ...estate.all('litellm.credential').map(
    ({ id, data }): ProviderCredential => ({
      id,
      server: data.server,
      name: data.name,
      from: 'stored',
      provider: data.provider,
      facts: [id],
    }),
  ),
  ...estate.all('litellm.deployment').flatMap(credentialsOf),
]);

export const credentialsByServer: (estate: Estate) => ReadonlyMap<string, readonly ProviderCredential[]> = perEstate(
  (estate) => {
    const by = new Map<string, Map<NodeId, ProviderCredential>>();
    for (const credential of providerCredentials(estate)) {
      const known = by.get(credential.server) ?? new Map<NodeId, ProviderCredential>();
      known.set(credential.id, credential);
      by.set(credential.server, known);
    }
    return new Map([...by].map(([server, credentials]) => [server, [...credentials.values()]]));
  },
);
