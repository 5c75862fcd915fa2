/** The least that reading and the wanted actions need, in the words of the distribution token specification and of products. */
import { actions } from './actions/index.ts';

/** @param wanted ids of actions; an unknown id needs nothing */
export function permissionsText(wanted: readonly string[]): string {
  const acting = actions.filter(({ id }) => wanted.includes(id));
  const writes = acting.length === 0 ? ' It never pushes.' : '';
  return [
    `# What Firebreak needs of a registry: to pull, and to list repositories.${writes}`,
    '# Token service (distribution token specification), scopes:',
    'registry:catalog:*',
    'repository:<each repository>:pull',
    ...acting.flatMap(({ id, permissions }) =>
      permissions.map((each) => `${each.startsWith('repository:') ? '' : '# '}${each}   # ${id}`),
    ),
    '# htpasswd of a distribution registry knows no rights: any of its users will do.',
    '# Harbor: a robot account with "List Repository", "Pull Repository" and "List Tag". GitLab: a token with read_registry.',
    '# Amazon ECR: ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:ListImages.',
    '',
  ].join('\n');
}
