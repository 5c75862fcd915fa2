import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { entersFromNewBranch, gateOf } from '../../github/environments.ts';
import { jobsByRepository } from '../../github/jobs.ts';
import { stopActions } from '../../github/levers.ts';
import { pushedWorkflowId, repositoryAdminId } from '../../github/powers.ts';
import { type KnownRepository, repositoriesOf } from '../../github/repositories.ts';
import { type KnownSecret, secretsOfRepository, secretUses } from '../../github/secrets.ts';

export default {
  label: 'PUSHED_WORKFLOW_SECRET',
  from: ['PushedWorkflow'],
  to: ['Secret', 'EnvironmentSecret', 'OrganizationSecret'],
  needs: ['github.secret', 'github.environment', 'github.workflow', 'github.repository'],
  techniques: ['T1552', 'AML.T0055'],
  traverse: 'instant',
  explain: {
    what: 'Reads secrets of the repository by a workflow of one’s own.',
    why: 'GitHub gives them to any workflow on any branch; those of an environment only past its gates.',
    cut: 'Move the secrets into an environment that only protected branches enter.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const repository of repositoriesOf(estate).values()) {
    if (!repository.runsActions) continue;
    const from = pushedWorkflowId(repository);
    for (const secret of secretsOfRepository(estate, repository)) yield* toSecret(repository, from, secret);
    if (repository.api?.data.complete.includes('secrets') === true) continue;
    // Names that workflows use are secrets of some level; behind which gate was not read.
    for (const job of jobsByRepository(estate).get(repository.id) ?? [])
      for (const { secret, facts } of secretUses(estate, job))
        if (secret.fact === undefined)
          yield { from, to: secret.node, facts, likelihood: 0.5, note: 'where the secret is kept was not read' };
  }
}

function* toSecret(repository: KnownRepository, from: string, secret: KnownSecret): Generator<DerivedEdge> {
  const facts = secret.fact === undefined ? repository.facts : [secret.fact];
  if (secret.environment === undefined) {
    yield { from, to: secret.node, facts };
    return;
  }
  const environment = repository.environments.get(secret.environment.toLowerCase());
  if (environment === undefined) return;
  const cited = [...facts, environment.id];
  const gate = gateOf(repository, environment.data, undefined, environment.id);
  const isOpen = entersFromNewBranch(repository, environment.data);
  if (isOpen)
    yield {
      from,
      to: secret.node,
      facts: cited,
      likelihood: gate.likelihood,
      ...(gate.note === undefined ? {} : { note: gate.note }),
    };
  // Who administers the repository takes the gates away first.
  if (!isOpen || gate.likelihood < 1)
    yield {
      from,
      with: [repositoryAdminId(repository)],
      to: secret.node,
      facts: cited,
      note: 'after opening the gates',
    };
}
