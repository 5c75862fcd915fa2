import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { everyRepository, membersId, ownerId, userId } from '../../github/accounts.ts';
import { contentId, pushId, repositoryAdminId, workflowWriteId } from '../../github/powers.ts';

export default {
  label: 'ORGANIZATION_MEMBER',
  from: ['User', 'Members', 'OrganizationOwner'],
  to: ['Members', 'OrganizationOwner', 'Push', 'WorkflowWrite', 'RepositoryAdmin', 'RepositoryContent'],
  needs: ['github.organization', 'github.repository'],
  techniques: ['T1078', 'T1098'],
  traverse: 'instant',
  explain: {
    what: 'Uses what the organization gives to its members or owners.',
    why: 'Owners administer every repository; members have the organization’s base permission in every repository.',
    cut: 'Lower the base permission, or take the person out.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('github.organization')) {
    const { host, login, default_repository_permission: base = 'none' } = data;
    const owner = ownerId(host, login);
    const members = membersId(host, login);
    for (const user of data.owners ?? []) yield { from: userId(host, user), to: owner, facts: [id] };
    for (const user of [...(data.owners ?? []), ...(data.members ?? [])])
      yield { from: userId(host, user), to: members, facts: [id] };
    const rights = { content: contentId, push: pushId, workflows: workflowWriteId, administration: repositoryAdminId };
    const every = (name: keyof typeof rights) => everyRepository(estate, host, login, rights[name], name);
    yield { from: owner, to: every('administration'), facts: [id] };
    const note = `base permission ${base}`;
    if (base === 'admin') yield { from: members, to: every('administration'), facts: [id], note };
    if (base === 'write' || base === 'admin') {
      yield { from: members, to: every('push'), facts: [id], note };
      yield { from: members, to: every('workflows'), facts: [id], note };
    }
    if (base === 'read' || base === 'write' || base === 'admin')
      yield { from: members, to: every('content'), facts: [id], note };
  }
}
