import { type DerivedEdge, type EdgeRule, type Estate, githubAccountId } from '@firebreak/contract';
import { everyRepository, ownerId } from '../../github/accounts.ts';
import { suspendApp } from '../../github/levers.ts';
import { contentId, pushId, repositoryAdminId, workflowWriteId } from '../../github/powers.ts';

export default {
  label: 'INSTALLATION_GRANT',
  from: ['Installation'],
  to: ['Push', 'WorkflowWrite', 'RepositoryAdmin', 'RepositoryContent', 'OrganizationOwner'],
  needs: ['github.installation', 'github.repository', 'github.organization'],
  techniques: ['T1199', 'T1195.002'],
  traverse: 'instant',
  explain: {
    what: 'Uses what the app was granted.',
    why: 'The app is installed on the account with these permissions.',
    cut: 'Uninstall the app, or take the permission or the repositories from it.',
  },
  severedBy: ['github.suspend-installation'],
  derive,
  levers: suspendApp,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('github.installation')) {
    if (data.suspended_at !== undefined) continue;
    const { contents, workflows, administration, members } = data.permissions;
    const doubt =
      data.repository_selection === 'all'
        ? {}
        : { likelihood: 0.5, note: 'on selected repositories; which ones GitHub does not tell us' };
    const rights = { content: contentId, push: pushId, workflows: workflowWriteId, administration: repositoryAdminId };
    const every = (name: keyof typeof rights): DerivedEdge => ({
      from,
      to: everyRepository(estate, data.host, data.account, rights[name], name),
      facts: [from],
      ...doubt,
    });
    if (administration === 'write') yield every('administration');
    if (contents === 'write') yield every('push');
    if (contents === 'write' && workflows === 'write') yield every('workflows');
    const organization = estate.get('github.organization', githubAccountId('Organization', data.host, data.account));
    if (members === 'write' && organization !== undefined)
      yield {
        from,
        to: ownerId(data.host, data.account),
        facts: [from, organization.id],
        likelihood: 0.8,
        note: 'by making somebody an owner',
      };
    if (contents === 'read' || contents === 'write') yield every('content');
  }
}
