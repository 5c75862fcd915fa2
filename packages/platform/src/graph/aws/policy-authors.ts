/**
 * Who may write the policies of other identities without holding them. Where it may do so for every user or every role of
 * the account alike, that right is one node (`policies of any user`), so that a hundred authors and ten thousand users are
 * not a million pairs.
 */
import type { Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { administratorAccess, administratorsOf, wouldHoldAccount } from './administrators.ts';
import { awsAuthorizer } from './evaluate.ts';
import { type Holder, holdersOf } from './holders.ts';
import { isUniform } from './uniform.ts';

type Written = 'user' | 'role';
const writes: Readonly<Record<Written, readonly string[]>> = {
  user: ['iam:AttachUserPolicy', 'iam:PutUserPolicy'],
  role: ['iam:AttachRolePolicy', 'iam:PutRolePolicy'],
};

/** The right to write the policies of every user, or of every role, of an account. */
export interface Authorship {
  readonly id: NodeId;
  readonly name: string;
  readonly account: string;
  readonly authors: readonly { readonly id: NodeId; readonly facts: readonly FactId[] }[];
  /** Identities that would hold the account once raised. */
  readonly written: readonly Holder[];
}
export interface Authors {
  readonly broad: readonly Authorship[];
  readonly single: readonly { readonly author: Holder; readonly written: Holder; readonly facts: readonly FactId[] }[];
}

export const policyAuthorsOf: (estate: Estate) => Authors = perEstate((estate) => {
  const { decide, mayEver } = awsAuthorizer(estate);
  const administrators = administratorsOf(estate);
  const ordinary = [...holdersOf(estate).values()].filter(
    ({ id, serviceLinked }) => !serviceLinked && administrators.get(id)?.decision !== 'allow',
  );
  const worth = new Map<string, readonly Holder[]>();
  /** Identities of an account that would hold it once raised; asked only where somebody could raise them. */
  const worthOf = (account: string, kind: Written) => {
    const key = `${account} ${kind}`;
    const known = worth.get(key);
    if (known !== undefined) return known;
    const found = ordinary.filter(
      (holder) =>
        holder.kind === kind && holder.account === account && wouldHoldAccount(estate, holder).decision === 'allow',
    );
    worth.set(key, found);
    return found;
  };
  const broad = new Map<string, { authors: { id: NodeId; facts: readonly FactId[] }[] }>();
  const single: Authors['single'][number][] = [];
  for (const author of ordinary)
    for (const kind of ['user', 'role'] as const) {
      const actions = writes[kind].filter((action) => mayEver(author.id, action));
      if (actions.length === 0) continue;
      const key = `${author.account} ${kind}`;
      const others = worthOf(author.account, kind).filter(({ id }) => id !== author.id);
      const ask = (action: string, { arn }: Holder) =>
        decide({
          principal: author.id,
          action,
          resource: arn,
          context: { 'iam:PolicyARN': administratorAccess.replace(':aws:', `:${author.partition}:`) },
        });
      const [first] = others;
      const uniform = actions.find(
        (action) => first !== undefined && isUniform(estate, author, action) && ask(action, first).decision === 'allow',
      );
      if (uniform !== undefined && first !== undefined) {
        const known = broad.get(key) ?? { authors: [] };
        known.authors.push({ id: author.id, facts: ask(uniform, first).facts });
        broad.set(key, known);
        continue;
      }
      for (const written of others) {
        const allowed = actions.map((action) => ask(action, written)).find(({ decision }) => decision === 'allow');
        if (allowed !== undefined)
          single.push({ author, written, facts: [...new Set([...allowed.facts, ...written.facts])] });
      }
    }
  return {
    broad: [...broad].map(([key, { authors }]) => {
      const [account = '', kind = ''] = key.split(' ');
      return {
        id: `aws:Privilege/${account}/policies-of-${kind}s`,
        name: `policies of any ${kind} of ${account}`,
        account,
        authors,
        written: worth.get(key) ?? [],
      };
    }),
    single,
  };
});
