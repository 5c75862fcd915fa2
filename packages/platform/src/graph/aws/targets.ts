/**
 * What ways to escalate are done to: roles that can be passed, things that run as a role, and identities themselves. Each
 * answers, for one holder, with the targets in its reach and what each gains; whether the holder may do it is for the steps.
 */
import { accountAdminId, accountOfArn, awsId, type Estate, type Fact, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { givesWholeAccount, wouldHoldAccount } from './administrators.ts';
import { assumes, rolesOpenTo, rolesTrustingAccount } from './assume.ts';
import type { Targets } from './escalation.ts';
import type { AwsDecision } from './evaluate.ts';
import { type Holder, holdersOf } from './holders.ts';
import { keptInGroup } from './members.ts';
import { type Pool, poolOf } from './pool.ts';
import { inAccount, isUnread } from './read.ts';
import { known, type Population, type Resource } from './resources-with-roles.ts';
import type { Target } from './target.ts';
import { trustOf } from './trust.ts';

/** What is the same for every holder of an account, made once. */
function perAccount<T>(make: (estate: Estate, account: string) => T): (estate: Estate, account: string) => T {
  const memory = perEstate(() => new Map<string, T>());
  return (estate, account) => {
    const known = memory(estate).get(account);
    if (known !== undefined) return known;
    const made = make(estate, account);
    memory(estate).set(account, made);
    return made;
  };
}

/** Those that are certain, or presumed alike, as pools; the others one by one. */
function pooled(
  targets: readonly Target[],
  key: string,
  label: string,
  options?: Parameters<typeof poolOf>[3],
): readonly (Target | Pool)[] {
  const bySort = new Map<string, Target[]>();
  const single: Target[] = [];
  for (const target of targets) {
    if (target.gains.length !== 1 || (target.given ?? []).some(({ decision }) => decision !== 'allow')) {
      single.push(target);
      continue;
    }
    const sort = target.presumes ?? '';
    const alike = bySort.get(sort);
    if (alike === undefined) bySort.set(sort, [target]);
    else alike.push(target);
  }
  const pools = [...bySort].map(([sort, members]) =>
    poolOf(members, sort === '' ? key : `${key}:presuming ${sort}`, label, options),
  );
  return [...pools, ...single];
}

/** Not to itself, where a target is not of a pool. */
function* ofOthers(targets: Iterable<Target | Pool>, { id }: Holder): Generator<Target | Pool> {
  for (const target of targets) if ('members' in target || target.gains[0] !== id) yield target;
}

/** Pools taken apart. */
function* apart(targets: Iterable<Target | Pool>, { id }: Holder): Generator<Target> {
  for (const target of targets)
    if (!('members' in target)) yield target;
    else
      for (const member of target.members)
        if (member.gains[0] !== id)
          yield {
            ...member,
            ...(target.also === undefined ? {} : { also: () => target.also?.(member) as AwsDecision }),
          };
}

/**
 * Roles of the account that a service may assume, to be passed to it: slot `role`, and `iam:PassedToService` is the service.
 * @param byProfile EC2 takes a role only by an instance profile
 */
export function rolesToPass(
  services: readonly string[],
  { byProfile = false }: { readonly byProfile?: boolean } = {},
): Targets {
  const inAccount = perAccount((estate, account) =>
    services.flatMap((service) => {
      const targets = trustOf(estate)
        .ofService(service, account)
        .flatMap((trusted): Target[] => {
          const role = estate.get('aws.role', trusted.role);
          const profile = role === undefined ? undefined : byProfile ? profileOf(estate, role) : {};
          if (role === undefined || profile === undefined) return [];
          return [
            {
              arns: { role: [role.data.Arn] },
              gains: [role.id],
              facts: trusted.facts,
              context: { 'iam:PassedToService': service },
              given: [trusted],
              ...profile,
            },
          ];
        });
      const key = `aws-passable:${byProfile ? 'by-profile:' : ''}${service}:${account}`;
      return pooled(targets, key, `any role of account ${account} that ${service} may take`);
    }),
  );
  return (estate, holder) => ofOthers(inAccount(estate, holder.account), holder);
}

/** Undefined when the role certainly has none. */
function profileOf(estate: Estate, { data }: Fact<'aws.role'>): Pick<Target, 'presumes'> | undefined {
  if (data.InstanceProfileList.length > 0) return {};
  return isUnread(estate, 'aws.instance-profile') ? { presumes: 'an instance profile of the role' } : undefined;
}

/** Whether a role will do for a thing, and how such roles are called in the key of their pool. */
export interface RoleFit {
  readonly called: string;
  readonly fits: (estate: Estate, role: NodeId) => boolean;
}

/**
 * Things that exist and run as a role: slot `thing`. Where the kind was not read, one is presumed for every role of the
 * account that such a thing could run as.
 */
export function running(population: Population, fit: RoleFit = { called: 'any', fits: () => true }): Targets {
  const { kind, noun } = population;
  const inAccount = perAccount((estate, account) => {
    const things = known(estate, population, account);
    const targets = things === 'unread' ? presumed(estate, account) : found(estate, things);
    return pooled(
      targets,
      `aws-run-as:${kind}:${fit.called}:${account}`,
      `any role of account ${account} that ${noun} runs as`,
    );
  });
  const found = (estate: Estate, things: readonly Resource[]) =>
    things.flatMap(({ arn, role, facts }): Target[] =>
      role !== undefined && fit.fits(estate, role) ? [{ arns: { thing: [arn] }, gains: [role], facts }] : [],
    );
  const presumed = (estate: Estate, account: string) =>
    population.services.flatMap((service) =>
      trustOf(estate)
        .ofService(service, account)
        .flatMap((trusted): Target[] => {
          const role = estate.get('aws.role', trusted.role);
          if (role === undefined || !fit.fits(estate, role.id)) return [];
          if (population.byProfile === true && profileOf(estate, role) === undefined) return [];
          return [
            {
              arns: { thing: [population.shape] },
              gains: [role.id],
              facts: trusted.facts,
              given: [trusted],
              presumes: `${noun} that runs as it`,
            },
          ];
        }),
    );
  return (estate, holder) => ofOthers(inAccount(estate, holder.account), holder);
}

/** Itself: slot `self`, and what raising itself gains. */
export function oneself(kind: 'user' | 'role'): Targets {
  return function* (estate, holder) {
    if (holder.kind === kind) yield* raising(estate, holder, { self: [holder.arn] }, []);
  };
}

/** Groups that it is in: slot `group`. */
export const ownGroups: Targets = function* (estate, holder) {
  for (const id of holder.groups) {
    const group = holdersOf(estate).get(id);
    if (group !== undefined) yield* raising(estate, holder, { group: [group.arn] }, [id]);
  }
};

/** Customer-managed policies that speak for it, its own and its groups': slot `policy`. */
export const ownPolicies: Targets = function* (estate, holder) {
  if (holder.kind === 'group') return;
  for (const arn of customerPoliciesOf(estate, holder)) yield* raising(estate, holder, { policy: [arn] }, [awsId(arn)]);
};

/** Its customer-managed policies of which another version would give the whole account: slot `policy`. */
export const otherVersions: Targets = function* (estate, holder) {
  for (const target of apart(ownPolicies(estate, holder), holder)) {
    const arn = target.arns.policy?.[0] ?? '';
    const versions = estate.get('aws.managed-policy', awsId(arn))?.data.PolicyVersionList ?? [];
    const better = versions.find(({ IsDefaultVersion, Document }) => !IsDefaultVersion && givesWholeAccount(Document));
    if (better !== undefined) yield { ...target, note: `version ${better.VersionId} gives everything` };
  }
};

/** What must be so of a user, what is presumed of it, and how such users are called in the key of their pool. */
export interface UserFit {
  readonly called: string;
  readonly fits: (user: Fact<'aws.user'>, estate: Estate) => Pick<Target, 'presumes'> | undefined;
}

/** Other users: slot `user`, gained as they are. */
export function otherUsers(fit: UserFit): Targets {
  const inAccount = perAccount((estate, account) => {
    const targets = (usersOf(estate).get(account) ?? []).flatMap((user): Target[] => {
      const fits = fit.fits(user, estate);
      return fits === undefined
        ? []
        : [{ arns: { user: [user.data.Arn] }, gains: [user.id], facts: [user.id], ...fits }];
    });
    return pooled(targets, `aws-users:${fit.called}:${account}`, `any user of account ${account}`);
  });
  return (estate, holder) => ofOthers(inAccount(estate, holder.account), holder);
}

/** Other users, to be raised as well as taken: slot `user`. */
export function usersToRaise(fit: UserFit): Targets {
  return toRaise(otherUsers(fit));
}

const narrowed = { decision: 'depends', keys: ['what its own Denies and boundary leave of the group'] } as const;

/** Groups of the account that it is not in: slot `group`, gained as they are. */
export const otherGroups: Targets = function* (estate, holder) {
  if (holder.kind !== 'user') return;
  for (const group of holdersOf(estate).values()) {
    if (group.kind !== 'group' || group.account !== holder.account || holder.groups.includes(group.id)) continue;
    const kept = keptInGroup(estate, holder, group);
    if (group.policies.length === 0 || kept === 'nothing') continue;
    const given = kept === 'all' ? {} : { given: [narrowed] };
    yield { arns: { group: [group.arn] }, gains: [group.id], facts: group.facts, ...given };
  }
};

/** Roles of the account whose trust can be rewritten: slot `role`. It lets itself in, unless something forbids it to go. */
export const rolesToRetrust: Targets = (estate, holder) =>
  ofOthers(
    modifiableRoles(estate, holder.account).map((item) => {
      const also = ({ gains }: Target) => {
        const role = estate.get('aws.role', gains[0] ?? '');
        return role === undefined ? nothing : assumes(estate, holder, role, 'once it trusts it');
      };
      return 'members' in item ? { ...item, also } : { ...item, also: () => also(item) };
    }),
    holder,
  );

const nothing: AwsDecision = { decision: 'deny', because: [], facts: [], keys: [] };

const modifiableRoles = perAccount((estate, account) => {
  const targets = (rolesOf(estate).get(account) ?? [])
    .filter((role) => !unmodifiable(role))
    .map(({ id, data }): Target => ({ arns: { role: [data.Arn] }, gains: [id], facts: [id] }));
  const label = `any role of account ${account} that can be changed`;
  return pooled(targets, `aws-modifiable-roles:${account}`, label, { actions: ['sts:AssumeRole'] });
});

/** Roles that it may assume by its own permission: slot `role`. */
export const rolesToAssume: Targets = function* (estate, holder) {
  const open = openRoles(estate, holder.account);
  yield* ofOthers(open.targets, holder);
  for (const role of rolesOpenTo(estate, holder)) {
    if (open.ids.has(role.id)) continue;
    yield {
      arns: { role: [role.data.Arn] },
      gains: [role.id],
      facts: [role.id],
      also: () => assumes(estate, holder, role, 'as it trusts now'),
    };
  }
};

/** Roles that let in whomever an account lets go. */
const openRoles = perAccount((estate, account) => {
  const roles = rolesTrustingAccount(estate, account);
  const targets = roles.map(({ id, data }): Target => ({ arns: { role: [data.Arn] }, gains: [id], facts: [id] }));
  return {
    ids: new Set(roles.map(({ id }) => id)),
    targets: pooled(targets, `aws-roles-open-to:${account}`, `any role that trusts account ${account}`),
  };
});

/** The same, for identities that are raised as well as taken. */
export function toRaise(targets: Targets): Targets {
  return function* (estate, holder) {
    for (const target of apart(targets(estate, holder), holder)) yield* raisedToo(estate, target);
  };
}

/** With each of the role's customer-managed policies in slot `policy`. */
export function withPolicies(targets: Targets): Targets {
  return function* (estate, holder) {
    for (const target of apart(targets(estate, holder), holder)) {
      const role = holdersOf(estate).get(awsId(target.arns.role?.[0] ?? ''));
      if (role === undefined) continue;
      for (const arn of customerPoliciesOf(estate, role)) {
        const more = { ...target, arns: { ...target.arns, policy: [arn] }, facts: [...target.facts, awsId(arn)] };
        yield* raisedToo(estate, more);
      }
    }
  };
}

/** The target, and the account as well when the identity that it gains would hold it once raised. */
function* raisedToo(estate: Estate, target: Target): Generator<Target> {
  yield target;
  for (const id of target.gains) {
    const identity = holdersOf(estate).get(id);
    if (identity === undefined) continue;
    const whole = wouldHoldAccount(estate, identity);
    if (whole.decision === 'deny') continue;
    yield { ...target, gains: [accountAdminId(identity.account)], given: [...(target.given ?? []), whole] };
  }
}

const stackSetAdministrators = rolesToPass(['cloudformation.amazonaws.com']);

/**
 * Roles that administer stack sets: slot `role`. They are worth the execution roles that they can take; where none is found,
 * one is presumed in another account.
 */
export const stackSetRoles: Targets = function* (estate, holder) {
  for (const target of apart(stackSetAdministrators(estate, holder), holder)) {
    const administration = holdersOf(estate).get(target.gains[0] ?? '');
    if (administration === undefined) continue;
    const executions = rolesOpenTo(estate, administration).filter(
      (role) => assumes(estate, administration, role, 'because it is named').decision !== 'deny',
    );
    for (const role of executions)
      yield { ...target, gains: [role.id], facts: [...target.facts, role.id], note: `through ${administration.name}` };
    if (executions.length === 0) yield { ...target, presumes: 'an execution role that trusts it' };
  }
};

function* raising(estate: Estate, holder: Holder, arns: Target['arns'], facts: readonly string[]): Generator<Target> {
  const whole: AwsDecision = wouldHoldAccount(estate, holder);
  if (whole.decision === 'deny') return;
  yield { arns, gains: [accountAdminId(holder.account)], facts, given: [whole] };
}

const rolesOf = perEstate((estate) => inAccount(estate.all('aws.role'), ({ Arn }) => Arn));
const usersOf = perEstate((estate) => inAccount(estate.all('aws.user'), ({ Arn }) => Arn));

/** Roles that AWS keeps for itself. */
function unmodifiable({ data }: Fact<'aws.role'>): boolean {
  return /:role\/(aws-service-role|aws-reserved)\//.test(data.Arn);
}

const attached = perEstate((estate) => {
  const byHolder = new Map<NodeId, readonly string[]>();
  for (const kind of ['aws.user', 'aws.role', 'aws.group'] as const)
    for (const { id, data } of estate.all(kind))
      byHolder.set(
        id,
        data.AttachedManagedPolicies.map(({ PolicyArn }) => PolicyArn).filter((arn) => accountOfArn(arn) !== undefined),
      );
  return byHolder;
});

function customerPoliciesOf(estate: Estate, holder: Holder): readonly string[] {
  const by = attached(estate);
  return [...new Set([holder.id, ...holder.groups].flatMap((id) => by.get(id) ?? []))];
}
