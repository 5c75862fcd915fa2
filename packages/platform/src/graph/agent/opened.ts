/**
 * What a credential that an agent or a tool holds opens, by what it openly says about itself: the id of an AWS key, a role's
 * ARN, the subject of a Kubernetes token, an address. A token of which only the name is known (`GITHUB_TOKEN`) opens something
 * too, but nobody can say what: no edge.
 */
import { awsId, type Estate, type Fact, type FactId, kubernetesId, type NodeId, serverName } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { storesAt } from '../store/addresses.ts';
import { toolsByServer } from './calls.ts';

export interface Opened {
  readonly to: NodeId;
  /** Facts of the other system that say so. */
  readonly facts: readonly FactId[];
  readonly note?: string;
}

/** Users by the ids of their keys that are not switched off. */
const usersByKey: (estate: Estate) => ReadonlyMap<string, Fact<'aws.user'>> = perEstate(
  (estate) =>
    new Map(
      estate
        .all('aws.user')
        .flatMap((user) =>
          user.data.AccessKeys.filter(({ Status }) => Status !== 'Inactive').map(
            (key) => [key.AccessKeyId, user] as const,
          ),
        ),
    ),
);

export function openedBy(estate: Estate, credential: Fact<'agent.credential'>): readonly Opened[] {
  return credential.data.marks.flatMap(({ mark, value }): readonly Opened[] => {
    switch (mark) {
      case 'aws-access-key': {
        const user = usersByKey(estate).get(value);
        return user === undefined ? [] : [{ to: awsId(user.data.Arn), facts: [user.id], note: `key ${value}` }];
      }
      case 'aws-role':
        return [{ to: awsId(value), facts: [] }];
      case 'kubernetes-service-account': {
        const [namespace, name = ''] = value.split('/');
        return [{ to: kubernetesId('ServiceAccount', namespace, name), facts: [], note: 'a token of this account' }];
      }
      case 'kubernetes-user':
        return [{ to: kubernetesId('User', undefined, value), facts: [], note: 'a client certificate of this user' }];
      case 'address':
        return [...storesAt(estate, value), ...serversAt(estate, value)];
      default:
        // Issuer and subject of a token name somebody only to those who know the issuer.
        return [];
    }
  });
}

/** The tools of an MCP server at this address: the credential is what its clients show to it. */
function serversAt(estate: Estate, address: string): readonly Opened[] {
  const name = /^https?:/.test(address) ? serverName(address) : undefined;
  const server = name === undefined ? undefined : estate.get('agent.mcp-server', `agent:McpServer/${name}`);
  if (server === undefined) return [];
  return [...(toolsByServer(estate).get(server.id) ?? [])].map((tool) => ({ to: tool.id, facts: [server.id] }));
}
