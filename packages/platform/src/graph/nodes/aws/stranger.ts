import type { GraphNode, NodeRule } from '@firebreak/contract';
import { issuerOf } from '../../aws/federation.ts';
import { providerId } from '../../aws/providers.ts';
import { anybodyId, strangerId, trustOf } from '../../aws/trust.ts';

/** Whom roles trust beyond the accounts that were read: other accounts, everybody, services, identity providers. */
export default {
  kinds: ['Account', 'Principal', 'Service', 'Issuer', 'SamlProvider'],
  needs: ['aws.role', 'aws.oidc-provider'],
  *derive(estate): Generator<GraphNode> {
    const trust = trustOf(estate);
    const made = new Map<string, GraphNode>();
    for (const [written, roles] of trust.strangers) {
      const id = strangerId(written);
      const facts = [...new Set([...(made.get(id)?.facts ?? []), ...roles.map(({ role }) => role)])];
      const anybody = id === anybodyId;
      made.set(id, {
        id,
        kind: anybody ? 'Principal' : 'Account',
        class: 'identity',
        name: anybody ? 'anybody with an AWS account' : id.replace(/^.*\//, ''),
        facts,
        detail: { external: true },
      });
    }
    yield* made.values();
    for (const service of trust.services)
      yield { id: `aws:Service/${service}`, kind: 'Service', class: 'identity', name: service, facts: [] };
    for (const [provider, roles] of trust.ofProvider) {
      const id = providerId(provider);
      const saml = id.startsWith('aws:');
      yield {
        id,
        kind: saml ? 'SamlProvider' : 'Issuer',
        class: 'identity',
        name: saml ? provider.replace(/^.*\//, '') : issuerOf(provider),
        facts: roles.map((role) => role.id),
      };
    }
  },
} satisfies NodeRule;
