import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { ownerOf, teamId, userId } from '../../github/accounts.ts';
import { lowerRole } from '../../github/levers.ts';
import { contentId, pushId, repositoryAdminId, workflowWriteId } from '../../github/powers.ts';
import { repositoryOf } from '../../github/repositories.ts';

export default {
  label: 'REPOSITORY_ROLE',
  from: ['User', 'Team'],
  to: ['Push', 'WorkflowWrite', 'RepositoryAdmin', 'RepositoryContent'],
  needs: ['github.access', 'github.repository'],
  techniques: ['T1078', 'T1213.003'],
  traverse: 'instant',
  explain: {
    what: 'Uses the role that the person or team has in the repository.',
    why: 'GitHub grants the role.',
    cut: 'Take the role away, or lower it.',
  },
  severedBy: ['github.lower-role'],
  derive,
  levers: lowerRole,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('github.access')) {
    const repository = repositoryOf(estate, data.repository);
    if (repository === undefined) continue;
    const { host } = repository.name;
    const from = data.kind === 'user' ? userId(host, data.name) : teamId(host, ownerOf(repository), data.name);
    const edge = (to: string): DerivedEdge => ({ from, to, facts: [id], note: `role ${data.role_name}` });
    if (data.permissions.admin) yield edge(repositoryAdminId(repository));
    if (data.permissions.push || data.permissions.maintain || data.permissions.admin) {
      yield edge(pushId(repository));
      yield edge(workflowWriteId(repository));
    }
    if (repository.isPublic === false) yield edge(contentId(repository));
  }
}
