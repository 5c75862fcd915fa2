/**
 * Keys: which key something is encrypted with, and who may use it. A key that AWS holds for a service opens for everybody
 * whom the service lets in, so it is no step of its own; a customer's key is.
 */
import { accountOfArn, type Estate, type Fact, type FactId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { awsAuthorizer } from './evaluate.ts';
import type { Holder } from './holders.ts';
import { tagsTold } from './read.ts';

export type KeyFact = Fact<'aws.kms-key'>;

/** A customer's key, and the service that uses it for the caller. */
export interface KeyUse {
  /** Undefined when nobody told of the key. */
  readonly key: KeyFact | undefined;
  /** As written. */
  readonly written: string;
  readonly via: string;
}

type Action = 'kms:Decrypt' | 'kms:GenerateDataKey';

const byName: (estate: Estate) => ReadonlyMap<string, KeyFact> = perEstate((estate) => {
  const names = new Map<string, KeyFact>();
  for (const fact of estate.all('aws.kms-key')) {
    const { Arn, KeyId, Aliases } = fact.data;
    const place = Arn.split(':').slice(0, 5).join(':');
    names.set(Arn, fact);
    names.set(`${place}:key/${KeyId}`, fact);
    for (const alias of Aliases) names.set(`${place}:${alias}`, fact);
  }
  return names;
});

/**
 * The key that something names by id, alias or ARN; undefined where it names none or one that AWS holds for the service.
 * `arn` is that of the thing, whose region and account a short name is of.
 */
export function keyOf(
  estate: Estate,
  written: string | undefined,
  service: string,
  where: { readonly region: string; readonly account: string | undefined; readonly partition: string },
): KeyUse | undefined {
  if (written === undefined || written === '' || /(^|:)alias\/aws\//.test(written)) return undefined;
  const place = `arn:${where.partition}:kms:${where.region}:${where.account ?? ''}`;
  const name = written.startsWith('arn:')
    ? written
    : written.startsWith('alias/')
      ? `${place}:${written}`
      : `${place}:key/${written}`;
  const key = byName(estate).get(name);
  if (key?.data.KeyManager === 'AWS') return undefined;
  return { key, written, via: `${service}.${where.region}.amazonaws.com` };
}

export interface KeyNeed {
  readonly likelihood: number;
  readonly facts: readonly FactId[];
  /** The key as a holding that the step needs. */
  readonly with: NodeId | undefined;
  readonly note: string | undefined;
}

const answers = perEstate(() => new Map<string, KeyNeed | undefined>());

/** What using the key takes for this identity; undefined when it may not. */
export function decryption(estate: Estate, holder: Holder, use: KeyUse, action: Action): KeyNeed | undefined {
  const memory = answers(estate);
  const name = `${action} ${use.written} ${use.via} ${holder.id}`;
  if (memory.has(name)) return memory.get(name);
  const need = needOf(estate, holder, use, action);
  memory.set(name, need);
  return need;
}

function needOf(estate: Estate, holder: Holder, { key, written, via }: KeyUse, action: Action): KeyNeed | undefined {
  if (key === undefined)
    return { likelihood: 0.5, facts: [], with: undefined, note: `if it may use the key ${written}` };
  const found = mayUse(estate, holder, key, action, via);
  if (found === undefined) return undefined;
  return {
    likelihood: found.likelihood,
    facts: found.facts,
    // The right to encrypt is no holding of the key.
    with: action === 'kms:Decrypt' ? key.id : undefined,
    note: found.note,
  };
}

/**
 * Whether an identity may use a key, by itself or through a service: by its policies, the key's policy or a grant. Source: KMS
 * developer guide, "Determining access to AWS KMS keys": an explicit Deny is looked at first, and grants last.
 */
export function mayUse(
  estate: Estate,
  holder: Holder,
  key: KeyFact,
  action: Action,
  via?: string,
): { readonly likelihood: number; readonly facts: readonly FactId[]; readonly note: string | undefined } | undefined {
  const { Arn, Grants, KeyState, Policy, Tags } = key.data;
  if (KeyState !== undefined && KeyState !== 'Enabled') return undefined;
  const account = accountOfArn(Arn) ?? '';
  const grant = Grants.find(
    ({ GranteePrincipal, Operations }) =>
      GranteePrincipal === holder.arn && Operations.some((operation) => `kms:${operation}` === action),
  );
  const context = {
    ...Object.fromEntries(Tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value])),
    'kms:CallerAccount': holder.account,
    ...(via === undefined ? {} : { 'kms:ViaService': via }),
  };
  const answer = awsAuthorizer(estate).decide({
    principal: holder.id,
    action,
    resource: Arn,
    resourceAccount: account,
    context,
    tagsTold: tagsTold(estate, 'aws.kms-key', Tags),
    ...(Policy === undefined ? {} : { resourcePolicy: Policy, resourceDecides: true }),
  });
  if (answer.decision === 'allow') return { likelihood: 1, facts: [...answer.facts, key.id], note: undefined };
  if (grant !== undefined && answer.denied !== 'yes') {
    const notes = [
      ...(grant.Constrained === true ? ['a grant for some encryption contexts'] : []),
      ...(answer.denied === 'maybe' ? ['a grant, unless a policy denies it'] : []),
    ];
    const note = notes.length === 0 ? undefined : notes.join('; ');
    return { likelihood: note === undefined ? 1 : 0.5, facts: [key.id, ...holder.facts], note };
  }
  if (answer.decision === 'deny') return undefined;
  return { likelihood: 0.5, facts: [...answer.facts, key.id], note: `the key depends on ${answer.keys.join(', ')}` };
}
