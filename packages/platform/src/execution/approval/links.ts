/**
 * One-time links for approvals from chat or mail. What must stay true:
 *
 * - Looking is not approving: what a preview fetches approves nothing, and shows nothing, since the secret stands behind the
 *   `#` of the address and goes to the server only in the body of a request.
 * - A link is for one person, one plan by its digest and chosen steps; it ends after a while, and is used once, in the
 *   transaction of the approval.
 * - Whoever makes a link for somebody else could use it themselves. So only an admin may, who can let anybody in anyway, and
 *   the log and every later approval count the maker in: one person alone is never two.
 */
import { FirebreakError, type Role, roles } from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ApprovalLink, ApprovalStore } from './store.ts';

export interface LinkRequest {
  readonly incident: string;
  readonly planDigest: string;
  readonly steps: readonly string[] | null;
  /** For whom; whoever asks when absent. */
  readonly person?: string | undefined;
  readonly minutes: number;
  readonly by: { readonly name: string; readonly role: Role };
}

export interface ApprovalLinks {
  /** @throws FirebreakError FB-NOT-FOUND (nobody of that name), FB-AUTH-FORBIDDEN */
  make(request: LinkRequest, secret: string): Promise<ApprovalLink>;
  /**
   * The link of a secret, if it may still be used. A refusal of a link that was there is kept in the log.
   *
   * @throws FirebreakError FB-APPROVAL-LINK-USED, FB-APPROVAL-LINK-EXPIRED
   */
  open(secret: string): Promise<ApprovalLink & { readonly role: Role }>;
}

/** The least role that approves anything. */
const leastRole: Role = 'responder';

export function createApprovalLinks<Tx>(parts: {
  readonly approvals: ApprovalStore<Tx>;
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
}): ApprovalLinks {
  const { approvals, transaction, ledger, clock } = parts;

  async function refuse(link: ApprovalLink, code: 'FB-APPROVAL-LINK-USED' | 'FB-APPROVAL-LINK-EXPIRED', why: string) {
    const body = { link: link.id, plan: link.planDigest, person: link.person, code };
    await ledger.append([{ incident: link.incident, kind: 'approval.link-refused', actor: link.person, body }]);
    return new FirebreakError(code, why);
  }

  return {
    async make({ incident, planDigest, steps, person: name, minutes, by }, secret) {
      const person = await approvals.person(name ?? by.name);
      if (person === null)
        throw new FirebreakError('FB-NOT-FOUND', `Nobody called ${name ?? by.name} has signed in here.`);
      const forAnother = person.name !== by.name;
      if (forAnother && by.role !== 'admin')
        throw new FirebreakError('FB-AUTH-FORBIDDEN', 'Only an admin may make a link in the name of somebody else.');
      if (!mayApproveAnything(person.role))
        throw new FirebreakError('FB-AUTH-FORBIDDEN', `${person.name} is a ${person.role}, who approves nothing.`);
      const madeAt = clock.now();
      const link = {
        id: newId('apl'),
        incident,
        planDigest,
        steps,
        person: person.name,
        madeBy: by.name,
        expiresAt: new Date(madeAt.getTime() + minutes * 60_000),
      };
      await transaction(async (tx) => {
        await approvals.createLink(tx, { ...link, secret, madeAt });
        const body = {
          link: link.id,
          plan: planDigest,
          steps,
          person: person.name,
          until: link.expiresAt.toISOString(),
        };
        await ledger.append([{ incident, kind: 'approval.link-made', actor: by.name, body }], tx);
      });
      return { ...link, role: person.role, expiresAt: link.expiresAt.toISOString(), usedAt: null };
    },

    async open(secret) {
      const link = await approvals.link(secret);
      if (link === null) throw new FirebreakError('FB-APPROVAL-LINK-USED', 'There is no such link.');
      if (link.usedAt !== null) throw await refuse(link, 'FB-APPROVAL-LINK-USED', `It was used at ${link.usedAt}.`);
      if (new Date(link.expiresAt) <= clock.now())
        throw await refuse(link, 'FB-APPROVAL-LINK-EXPIRED', `It counted until ${link.expiresAt}.`);
      if (link.role === null || !mayApproveAnything(link.role))
        throw new FirebreakError('FB-AUTH-FORBIDDEN', `${link.person} may not approve any more.`);
      return { ...link, role: link.role };
    },
  };
}

function mayApproveAnything(role: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(leastRole);
}
