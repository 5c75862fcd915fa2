/**
 * AWS: policy statements, held against access advisor (`iam get-service-last-accessed-details`) and CloudTrail. What must stay true:
 *
 * - Access advisor knows services, and actions only of some of them. A service without any use in its tracking period (400 days)
 *   goes; an action goes only where it is one that is tracked and was not used; of everything else nobody can tell, and it stays.
 * - CloudTrail shows that something was used, never that it was not: it adds to what access advisor says, and alone proposes nothing.
 * - Only `Allow` statements with `Action` are narrowed. `Deny`, `NotAction` and conditions stay as they are, and so does every
 *   resource: that something was never used says nothing about the rest.
 * - A customer's managed policy belongs to all that it is attached to: they are named. AWS's own cannot be changed: it is
 *   proposed to be detached when nothing of it was used, and else left alone.
 */
import type { AwsPolicyDocument, Estate, FactTypes, NodeId, NodeRef, PrivilegeRow } from '@firebreak/contract';
import { nodeRef } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { PrivilegeSystem, Sized } from './system.ts';
import { unifiedDiff } from './unified-diff.ts';

type Granted = PrivilegeRow['granted'][number];
type Proposal = PrivilegeRow['proposals'][number];

export const awsPrivileges: PrivilegeSystem = {
  evidence: ({ estate }) => {
    const advised = estate.all('aws.last-accessed').map(({ data }) => data.ServicesLastAccessed);
    const times = advised.flatMap((services) =>
      services.flatMap(({ LastAuthenticated }) => moment(LastAuthenticated) ?? []),
    );
    const trail = estate.all('aws.trail-use').map(({ data }) => data);
    return [
      ...(advised.length === 0 ? [] : [evidence('access advisor', times.length, times)]),
      ...(trail.length === 0
        ? []
        : [
            evidence(
              'CloudTrail',
              trail.reduce((sum, { Events }) => sum + Events, 0),
              trail.flatMap(({ From, To }) => [From, To]),
            ),
          ]),
    ];
  },
  *sizes(graph) {
    const { estate } = graph;
    const uses = usesOf(estate);
    for (const kind of ['aws.user', 'aws.role'] as const) {
      for (const fact of estate.all(kind)) {
        const inline = 'UserPolicyList' in fact.data ? fact.data.UserPolicyList : fact.data.RolePolicyList;
        const policies = policiesOf(estate, fact.id, inline, fact.data.AttachedManagedPolicies);
        if (policies.length > 0) yield [fact.id, sizeOf(graph, policies, uses.get(fact.data.Arn))];
      }
    }
  },
};

function evidence(source: string, events: number, moments: readonly string[]) {
  const times = moments.toSorted();
  const [from, to] = [times[0], times.at(-1)];
  return { source, events, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** What is known of the use of one identity, by service in lower case. */
interface Services extends ReadonlyMap<string, Service> {}
interface Uses {
  readonly services: Services;
  /** Whether a service that is not in use here was not used: only access advisor knows. */
  readonly advised: boolean;
}
interface Service {
  readonly last: string | undefined;
  /** By action in lower case, when it was last used; only tracked ones. */
  readonly actions: ReadonlyMap<string, string | undefined>;
}

const usesOf: (estate: Estate) => ReadonlyMap<string, Uses> = perEstate((estate) => {
  const byArn = new Map<string, { services: Map<string, Service>; advised: boolean }>();
  for (const { data } of estate.all('aws.last-accessed')) {
    const services = new Map<string, Service>();
    for (const { ServiceNamespace, LastAuthenticated, TrackedActionsLastAccessed } of data.ServicesLastAccessed)
      services.set(ServiceNamespace.toLowerCase(), {
        last: moment(LastAuthenticated),
        actions: new Map(
          TrackedActionsLastAccessed.map(({ ActionName, LastAccessedTime }) => [
            ActionName.toLowerCase(),
            moment(LastAccessedTime),
          ]),
        ),
      });
    byArn.set(data.Arn, { services, advised: true });
  }
  for (const { data } of estate.all('aws.trail-use')) {
    const { services } = byArn.get(data.Arn) ?? { services: new Map<string, Service>() };
    if (!byArn.has(data.Arn)) byArn.set(data.Arn, { services, advised: false });
    for (const { Action, Last } of data.Actions) {
      const [service = '', action = ''] = Action.toLowerCase().split(':');
      const known = services.get(service);
      const used = later(known?.actions.get(action), Last);
      services.set(service, {
        last: later(known?.last, Last),
        actions: new Map([...(known?.actions ?? []), [action, used]]),
      });
    }
  }
  return byArn;
});

function later(known: string | undefined, other: string): string {
  return known !== undefined && known > other ? known : other;
}

interface Policy {
  readonly name: string;
  /** The fact that holds it. */
  readonly object: string;
  readonly document: AwsPolicyDocument;
  readonly sharedWith: readonly NodeId[];
  /** AWS's own: nobody can change it. */
  readonly fixed: boolean;
}

function policiesOf(
  estate: Estate,
  id: NodeId,
  inline: FactTypes['aws.role']['RolePolicyList'],
  attached: FactTypes['aws.role']['AttachedManagedPolicies'],
): Policy[] {
  const managed = managedPolicies(estate);
  return [
    ...inline.map(({ PolicyName, PolicyDocument }) => ({
      name: PolicyName,
      object: id,
      document: PolicyDocument,
      sharedWith: [],
      fixed: false,
    })),
    ...attached.flatMap(({ PolicyArn, PolicyName }) => {
      const policy = managed.get(PolicyArn);
      if (policy === undefined) return [];
      const sharedWith = policy.holders.filter((holder) => holder !== id);
      const fixed = PolicyArn.includes('::aws:policy/');
      return [{ name: PolicyName, object: policy.fact, document: policy.document, sharedWith, fixed }];
    }),
  ];
}

const managedPolicies = perEstate((estate) => {
  const policies = new Map<string, { fact: string; document: AwsPolicyDocument; holders: NodeId[] }>();
  for (const { id, data } of estate.all('aws.managed-policy')) {
    const version = data.PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion);
    if (version !== undefined) policies.set(data.Arn, { fact: id, document: version.Document, holders: [] });
  }
  for (const kind of ['aws.user', 'aws.role', 'aws.group'] as const)
    for (const { id, data } of estate.all(kind))
      for (const { PolicyArn } of data.AttachedManagedPolicies) policies.get(PolicyArn)?.holders.push(id);
  return policies;
});

function sizeOf(graph: AttackGraph, policies: readonly Policy[], uses: Uses | undefined): Sized {
  const services = uses?.services;
  const granted = policies.flatMap((policy) => grantedRows(policy, services));
  if (services === undefined || !uses?.advised) {
    const why = services === undefined ? '' : ' CloudTrail shows what was used, not what was not.';
    return { verdict: 'cannot-tell', why: `Access advisor was not read for it.${why}`, granted, proposals: [] };
  }
  const known = granted.filter(({ used }) => used !== 'unknown');
  if (granted.length > 0 && known.length === 0) {
    const why = 'Access advisor keeps no record of what it is granted.';
    return { verdict: 'cannot-tell', why, granted, proposals: [] };
  }
  const proposals = policies.flatMap((policy) => proposalFor(graph, policy, services) ?? []);
  if (known.length > 0 && known.every(({ used }) => used === 'unused') && known.length === granted.length)
    return {
      verdict: 'unused',
      why: 'No service that it is granted was used in the tracking period.',
      granted,
      proposals,
    };
  if (granted.some(({ used }) => used === 'unused' || used === 'partly') || proposals.length > 0)
    return {
      verdict: 'over-granted',
      why: 'Services or tracked actions that it is granted were not used.',
      granted,
      proposals,
    };
  return { verdict: 'right-sized', why: 'Every service that it is granted was used.', granted, proposals };
}

function grantedRows({ document, object }: Policy, services: Services | undefined): Granted[] {
  const rows: Granted[] = [];
  for (const statement of statementsOf(document)) {
    if (statement.Effect !== 'Allow') continue;
    for (const action of textsOf(statement.Action)) {
      const { used, last } = useOf(action, services);
      rows.push({ what: action, object, used, ...(last === undefined ? {} : { lastUsed: last }) });
    }
    for (const action of textsOf(statement.NotAction))
      rows.push({ what: `all but ${action}`, object, used: 'unknown' });
  }
  return rows;
}

function useOf(action: string, services: Services | undefined): { used: Granted['used']; last?: string | undefined } {
  const [service = '', name = ''] = action.toLowerCase().split(':', 2);
  if (services === undefined || services.size === 0) return { used: 'unknown' };
  if (service === '*') {
    const last = [...services.values()]
      .map((each) => each.last ?? '')
      .sort()
      .at(-1);
    return last === undefined || last === '' ? { used: 'unused' } : { used: 'partly', last };
  }
  // A wildcard in the service's name, or one that access advisor does not know: nobody can tell.
  const known = services.get(service);
  if (known === undefined) return { used: 'unknown' };
  if (known.last === undefined) return { used: 'unused' };
  if (name.includes('*')) return { used: 'partly', last: known.last };
  if (!known.actions.has(name)) return { used: known.actions.size === 0 ? 'used' : 'unknown', last: known.last };
  const last = known.actions.get(name);
  return last === undefined ? { used: 'unused' } : { used: 'used', last };
}

function proposalFor(graph: AttackGraph, policy: Policy, services: Services): Proposal | undefined {
  const before = statementsOf(policy.document);
  const after = before.flatMap((statement): Statement[] => narrowed(statement, services));
  const remove = after.every(({ Effect }) => Effect !== 'Allow');
  if (policy.fixed && !remove) return undefined;
  const whole = `${policy.object} ${policy.name}`;
  const [old, now] = [json({ ...policy.document, Statement: before }), json({ ...policy.document, Statement: after })];
  if (old === now) return undefined;
  return {
    object: policy.object,
    format: 'json',
    diff: unifiedDiff(whole, old, remove ? '' : now),
    remove,
    alsoHeldBy: policy.sharedWith.flatMap((holder): NodeRef[] => {
      const number = graph.indexOf.get(holder);
      return number === undefined ? [] : [nodeRef(graph.nodeAt(number))];
    }),
  };
}

/** The statement without actions that were not used; none when none is left. */
function narrowed(statement: Statement, services: Services): Statement[] {
  if (statement.Effect !== 'Allow' || statement.Action === undefined) return [statement];
  const actions = textsOf(statement.Action);
  const left = actions.flatMap((action): string[] => {
    if (action === '*') {
      // Only the services that were used, each whole: which actions a star stood for nobody can tell.
      return [...services].flatMap(([service, { last }]) => (last === undefined ? [] : [`${service}:*`])).sort();
    }
    return useOf(action, services).used === 'unused' ? [] : [action];
  });
  if (left.length === 0) return [];
  const same = left.length === actions.length && left.every((action, at) => action === actions[at]);
  return [same ? statement : { ...statement, Action: left }];
}

type Statement = Readonly<Record<string, unknown>>;

/** One statement or a list, as policies are written. */
function statementsOf({ Statement }: AwsPolicyDocument): readonly Statement[] {
  const list: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return list.filter((each): each is Statement => typeof each === 'object' && each !== null && !Array.isArray(each));
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each) => typeof each === 'string');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function moment(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
