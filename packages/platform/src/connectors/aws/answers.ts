/**
 * What AWS answered about identities → facts. Answers come in any order and from any number of files: an account's
 * authorization details, and beside them what those leave out (access keys, passwords, last use, the organization).
 *
 * What must stay true:
 * - a thing told twice is handed on twice, in the order of reading, so that whoever collects sees the contradiction;
 * - side answers only add to a user or role that was told of, and never make one;
 * - what no answer told is a gap with the kinds that it leaves open, because a rule may only be exact about what was read.
 */
import { accountOfArn, awsAccountId, type Collected, type Gap } from '@firebreak/contract';
import { array, at, type Foreign, field, printable, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { isCredentialReport, readCredentialReport } from './credential-report.ts';
import { type AwsFactKind, type Draft, factOf } from './drafts.ts';
import { organizationPathOf, organizationPolicies } from './organization.ts';
import { trailRecords, trailUses } from './trail.ts';
import { untold } from './untold.ts';

export interface Answers {
  /** Takes one JSON value, or the text of a credential report. Answers whether it knew anything in it. */
  add(value: unknown, locator: string): boolean;
  /** Everything that was told, side answers added, then what was not. */
  finish(): Generator<Collected>;
}

export function makeAnswers(): Answers {
  const drafts: Draft[] = [];
  const accounts = new Map<string, { data: Record<string, unknown>; locator: string }>();
  const sides = new Map<string, Record<string, unknown>>();
  const keysOf = new Map<string, unknown[]>();
  const read = { credentials: false, profiles: true };
  const events: Foreign[] = [];
  let trailLocator: string | undefined;
  const gaps: Gap[] = [];

  const put = (kind: AwsFactKind, data: Foreign, locator: string) =>
    void drafts.push({ kind, arn: textAt(data, 'Arn') ?? '', data, locator });
  const side = (arn: string, more: Foreign) => sides.set(arn, { ...sides.get(arn), ...more });
  function account(id: string | undefined, locator: string, more: Foreign = {}): void {
    if (id === undefined || !/^\d{12}$/.test(id)) return;
    const known = accounts.get(id);
    const added = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
    accounts.set(id, { data: { AccountId: id, ...known?.data, ...added }, locator: known?.locator ?? locator });
  }

  /** By the key under which an answer's list or object stands. */
  const forms: Readonly<Record<string, (value: unknown, locator: string, whole: Foreign) => void>> = {
    UserDetailList: (value, locator) => each(value, locator, (user, where) => put('aws.user', user, where)),
    GroupDetailList: (value, locator) => each(value, locator, (group, where) => put('aws.group', group, where)),
    RoleDetailList: (value, locator) =>
      each(value, locator, (role, where) => {
        if (role.InstanceProfileList === undefined) read.profiles = false;
        put('aws.role', role, where);
      }),
    Users: (value, locator) => summaries('aws.user', value, locator, 'UserPolicyList'),
    Groups: (value, locator) => summaries('aws.group', value, locator, 'GroupPolicyList'),
    Roles: (value, locator) => {
      if (array(value).some((role) => field(role, 'InstanceProfileList') === undefined)) read.profiles = false;
      summaries('aws.role', value, locator, 'RolePolicyList');
    },
    Policies: (value, locator, whole) =>
      each(value, locator, (policy, where) => {
        if (textAt(policy, 'Type') !== undefined || policy.Content !== undefined) organization(policy, where, whole);
        else put('aws.managed-policy', policy, where);
      }),
    Policy: (value, locator, whole) => {
      if (at(value, 'PolicySummary') === undefined) put('aws.managed-policy', record(value) ?? {}, locator);
      else organization({ ...record(value), Targets: whole.Targets }, locator, whole);
    },
    OrganizationPolicies: (value, locator, whole) =>
      each(value, locator, (policy, where) => organization(policy, where, whole)),
    ServiceControlPolicies: (value, locator, whole) =>
      each(value, locator, (policy, where) =>
        organization({ Type: 'SERVICE_CONTROL_POLICY', ...policy }, where, whole),
      ),
    ResourceControlPolicies: (value, locator, whole) =>
      each(value, locator, (policy, where) =>
        organization({ Type: 'RESOURCE_CONTROL_POLICY', ...policy }, where, whole),
      ),
    Accounts: (value, locator) =>
      each(value, locator, (entry, where) =>
        account(textAt(entry, 'Id') ?? textAt(entry, 'AccountId'), where, {
          Alias: textAt(entry, 'Alias'),
          OrganizationId: textAt(entry, 'OrganizationId') ?? organizationPathOf(entry).organization,
          ManagementAccount: entry.ManagementAccount,
          OrganizationPath: organizationPathOf(entry).path,
        }),
      ),
    Organization: (value, locator) => {
      organizationOf = { id: textAt(value, 'Id'), management: textAt(value, 'MasterAccountId') };
      account(organizationOf.management, locator);
    },
    OpenIDConnectProviderList: (value, locator) => each(value, locator, (provider, where) => oidc(provider, where)),
    OpenIDConnectProviders: (value, locator) => each(value, locator, (provider, where) => oidc(provider, where)),
    AccessKeyMetadata: (value, locator) => {
      each(value, locator, (key) => {
        const user = textAt(key, 'UserName') ?? '';
        keysOf.set(user, [...(keysOf.get(user) ?? []), { ...key, CreateDate: text(key.CreateDate) }]);
      });
    },
    ServiceLastAccessed: (value, locator) =>
      each(value, locator, (entry, where) => put('aws.last-accessed', entry, where)),
    ServicesLastAccessed: (_, locator, whole) => put('aws.last-accessed', whole, locator),
    Events: (_, locator, whole) => trail(whole, locator),
    Records: (_, locator, whole) => trail(whole, locator),
    Content: (value, _, whole) => {
      if (textAt(whole, 'ReportFormat') === 'text/csv' && typeof value === 'string')
        report(Buffer.from(value, 'base64').toString('utf8'));
    },
    AccountAuthorizationDetails: (value, locator) => void add(value, locator),
    AccountAliases: () => {},
  };
  let organizationOf: { readonly id: string | undefined; readonly management: string | undefined } | undefined;

  /** The plain list of a kind tells no inline and no attached policies. */
  function summaries(kind: AwsFactKind, value: unknown, locator: string, inline: string): void {
    each(value, locator, (entry, where) => put(kind, entry, where));
    if (array(value).some((entry) => field(entry, inline) === undefined))
      gaps.push(gap('FB-AWS-UNREAD', [kind], locator, 'A plain list tells no policies of its entries.'));
  }
  function organization(policy: Foreign, locator: string, whole: Foreign): void {
    for (const each of organizationPolicies(policy, idsOf(whole))) put('aws.organization-policy', each, locator);
  }
  function oidc(provider: Foreign, locator: string): void {
    const arn = textAt(provider, 'Arn') ?? '';
    put('aws.oidc-provider', { Url: arn.replace(/^.*:oidc-provider\//, ''), ...provider }, locator);
  }
  /** Events may lie in many files, and are counted over all of them. */
  function trail(answer: Foreign, locator: string): void {
    for (const event of trailRecords(answer)) events.push(event);
    trailLocator ??= locator;
  }
  function report(source: string): void {
    read.credentials = true;
    for (const { Arn, ...more } of readCredentialReport(source)) side(Arn, more);
  }

  function add(value: unknown, locator: string): boolean {
    if (typeof value === 'string') {
      if (!isCredentialReport(value)) return false;
      report(value);
      return true;
    }
    if (Array.isArray(value)) return value.map((entry, index) => add(entry, `${locator}#${index + 1}`)).includes(true);
    const whole = record(value);
    if (whole === undefined) return false;
    const known = Object.keys(whole).filter((key) => Object.hasOwn(forms, key));
    for (const key of known) forms[key]?.(whole[key], locator, whole);
    return known.length > 0;
  }

  function* finish(): Generator<Collected> {
    for (const { kind, arn, locator } of drafts)
      if (kind === 'aws.user' || kind === 'aws.role' || kind === 'aws.group')
        account(accountOfArn(arn), locator, { Partition: arn.split(':')[1] });
    if (organizationOf !== undefined)
      for (const [id] of accounts)
        account(id, '', {
          OrganizationId: organizationOf.id,
          ...(id === organizationOf.management ? { ManagementAccount: true } : {}),
        });
    for (const data of trailUses(events)) put('aws.trail-use', data, trailLocator ?? '');
    const tally = makeGapTally();
    const told = [...drafts.map(completed), ...[...accounts].map(([, entry]) => accountDraft(entry))];
    for (const draft of told) {
      const made = factOf(draft);
      if ('fact' in made) yield made;
      else for (const kept of tally.add(made.gap)) yield { gap: kept };
    }
    for (const kept of [...tally.rest(), ...gaps, ...untold(told, read)]) yield { gap: kept };
  }

  function completed(draft: Draft): Draft {
    if (draft.kind === 'aws.organization-policy' && draft.data.Targets === undefined) {
      const reason = `${printable(draft.arn)} came without its targets, and is taken to bind every account here.`;
      gaps.push(gap('FB-AWS-UNREAD', ['aws.organization-policy'], draft.locator, reason));
      return { ...draft, data: { ...draft.data, Targets: [...accounts.keys()] } };
    }
    if (draft.kind !== 'aws.user') return draft;
    const keys = keysOf.get(textAt(draft.data, 'UserName') ?? '');
    const more = sides.get(draft.arn);
    if (keys === undefined && more === undefined) return draft;
    return { ...draft, data: { ...draft.data, ...more, ...(keys === undefined ? {} : { AccessKeys: keys }) } };
  }

  return { add, finish };
}

function each(value: unknown, locator: string, take: (entry: Foreign, where: string) => void): void {
  for (const [index, entry] of array(value).entries()) {
    const object = typeof entry === 'string' ? undefined : record(entry);
    if (object !== undefined) take(object, `${locator}#${index + 1}`);
  }
}

/** The accounts whose users and roles stand in the same answer. */
function idsOf(whole: Foreign): readonly string[] {
  const lists = ['UserDetailList', 'RoleDetailList', 'GroupDetailList', 'Users', 'Roles'];
  const details = record(whole.AccountAuthorizationDetails) ?? whole;
  const arns = lists.flatMap((list) => array(details[list]).map((entry) => textAt(entry, 'Arn') ?? ''));
  return [...new Set(arns.flatMap((arn) => accountOfArn(arn) ?? []))];
}

function accountDraft({ data, locator }: { readonly data: Foreign; readonly locator: string }): Draft {
  return { kind: 'aws.account', arn: awsAccountId(String(data.AccountId)), data, locator };
}
