/**
 * The least that reading and the wanted actions need, as a fine-grained personal access token or a GitHub App is given it. Reading is
 * read-only; what is left out of it is reported as a gap and costs nothing else.
 */
import type { AnyAction } from '@firebreak/contract';

const repository = {
  metadata: 'repositories, branches, rules, teams',
  contents: 'workflow files, actions of the repository, CODEOWNERS',
  actions: 'environments with their branch policies, states of workflows',
  administration: 'branch protection, rulesets with bypass, Actions settings, runners, keys, collaborators',
  environments: 'names of secrets and variables of environments',
  secrets: 'names of secrets',
  variables: 'names of variables',
  webhooks: 'webhooks, of which the host is kept',
} as const;
const organization = {
  members: 'members, teams',
  administration: 'Actions settings, installed apps, rulesets',
  organization_secrets: 'names of secrets',
  organization_self_hosted_runners: 'runners',
  organization_webhooks: 'webhooks',
} as const;

/** @param wanted ids of actions; an unknown id needs nothing */
export function permissionsText(wanted: readonly string[], actions: readonly AnyAction[]): string {
  const acting = actions.filter(({ id }) => wanted.includes(id));
  const needed = new Map<string, string[]>();
  const beside: string[] = [];
  for (const { id, permissions } of acting)
    for (const permission of permissions) {
      const [, name, access] = /^(\w+): (read|write)$/.exec(permission) ?? [];
      if (name === undefined) beside.push(`# ${id} needs ${permission}.`);
      else if (access === 'write') needed.set(name, [...(needed.get(name) ?? []), id]);
    }
  const lines = (all: Readonly<Record<string, string>>, isOrganization: boolean) =>
    Object.entries(all).map(([name, what]) => {
      // The repository's administration, wherever a name is of both.
      const writes = isOrganization && name in repository ? undefined : needed.get(name);
      const line = `  ${name}: ${writes === undefined ? 'read' : 'write'}`.padEnd(44);
      return `${line}# ${writes === undefined ? what : writes.join(', ')}`;
    });
  return [
    `# What Firebreak needs on GitHub: a GitHub App (or fine-grained personal access token) with these${acting.length === 0 ? ', read-only' : ''}.`,
    `# Install it on the repositories that shall be known.${acting.length === 0 ? ' Nothing here can write, and no' : ' No'} permission shows the value of a secret.`,
    ...beside,
    'repository_permissions:',
    ...lines(repository, false),
    'organization_permissions:',
    ...lines(organization, true),
    '',
  ].join('\n');
}
