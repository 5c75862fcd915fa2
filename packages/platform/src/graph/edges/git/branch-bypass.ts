import type { DerivedEdge, EdgeRule, Estate, Fact } from '@firebreak/contract';
import { githubAccountId } from '@firebreak/contract';
import { installationsByApp, ownerId, ownerOf, teamId, teamsById, userId } from '../../github/accounts.ts';
import { type BranchNode, branchNodesOf } from '../../github/branch-nodes.ts';
import { bypassersOf, pushRuleOf } from '../../github/branches.ts';
import { deployKeysOf } from '../../github/deploy-keys.ts';
import { closeBranch } from '../../github/levers.ts';
import { pushId, repositoryAdminId } from '../../github/powers.ts';
import { rulesetsById } from '../../github/rulesets.ts';

export default {
  label: 'BRANCH_BYPASS',
  from: ['User', 'Team', 'Installation', 'Push', 'DeployKey', 'OrganizationOwner'],
  to: ['Branch'],
  needs: ['github.branch', 'github.ruleset', 'github.team', 'github.installation'],
  techniques: ['T1195.002', 'T1222'],
  traverse: 'seconds',
  explain: {
    what: 'Pushes to a protected branch around its protection.',
    why: 'The protection names them, or a role of theirs, as exempt.',
    cut: 'Take them off the list of exemptions.',
  },
  severedBy: ['github.require-review', 'github.lock-branch'],
  derive,
  levers: closeBranch,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const branch of branchNodesOf(estate)) {
    const { fact } = branch;
    if (fact === undefined || pushRuleOf(fact.data).likelihood === 1) continue;
    yield* classic(branch, fact);
    yield* byRuleset(estate, branch, fact);
  }
}

/** Only where rulesets leave it open: all that protects must let them pass. */
function* classic({ id: to, repository, facts }: BranchNode, fact: Fact<'github.branch'>): Generator<DerivedEdge> {
  if ((fact.data.rules ?? []).some(({ type }) => type === 'pull_request' || type === 'update')) return;
  const { users, teams, apps } = bypassersOf(fact);
  const { host } = repository.name;
  const edge = (from: string): DerivedEdge => ({
    from,
    with: [pushId(repository)],
    to,
    facts,
    note: 'named in the branch protection',
  });
  for (const user of users) yield edge(userId(host, user));
  for (const team of teams) yield edge(teamId(host, ownerOf(repository), team));
  for (const app of apps) yield edge(githubAccountId('Installation', host, ownerOf(repository), app));
}

/** Roles by the numbers that GitHub gives them. */
const roleNumbers = { write: 4, admin: 5 } as const;

function* byRuleset(
  estate: Estate,
  { id: to, repository, facts }: BranchNode,
  fact: Fact<'github.branch'>,
): Generator<DerivedEdge> {
  const { protection, rules } = fact.data;
  if (protection?.required_pull_request_reviews !== undefined || protection?.restrictions !== undefined) return;
  // A locked branch takes nothing, whoever is exempt from a ruleset.
  if (protection?.lock_branch === true) return;
  const holding = new Set(
    (rules ?? []).filter(({ type }) => type === 'pull_request' || type === 'update').map((rule) => rule.ruleset_id),
  );
  const rulesets = [...holding].map((number) => rulesetsById(estate).get(`${repository.name.host} ${number}`));
  const [first, ...others] = rulesets;
  if (first === undefined) return;
  const same = (a: { actor_type: string; actor_id?: number | undefined }, b: typeof a) =>
    a.actor_type === b.actor_type && a.actor_id === b.actor_id;
  for (const actor of first.data.bypass_actors ?? []) {
    if (!others.every((other) => other?.data.bypass_actors?.some((each) => same(each, actor)))) continue;
    const cited = [...facts, ...rulesets.flatMap((each) => each?.id ?? [])];
    const { host } = repository.name;
    const note = `exempt from the ruleset ${first.data.name}`;
    const edge = (from: string, others: readonly string[] = [pushId(repository)]): DerivedEdge => ({
      from,
      with: others,
      to,
      facts: cited,
      note,
    });
    switch (actor.actor_type) {
      case 'OrganizationAdmin':
        yield edge(ownerId(host, ownerOf(repository)), []);
        break;
      case 'RepositoryRole':
        if (actor.actor_id === roleNumbers.write) yield edge(pushId(repository), []);
        if (actor.actor_id === roleNumbers.admin) yield edge(repositoryAdminId(repository), []);
        break;
      case 'Team': {
        const team = teamsById(estate).get(`${host} ${actor.actor_id}`);
        if (team !== undefined) yield edge(team.id);
        break;
      }
      case 'Integration': {
        const app = installationsByApp(estate).get(`${host} ${actor.actor_id}`);
        if (app !== undefined) yield edge(app.id);
        break;
      }
      case 'DeployKey':
        for (const key of deployKeysOf(estate, repository)) if (!key.data.read_only) yield edge(key.id);
        break;
    }
  }
}
