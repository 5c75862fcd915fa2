/** Levers that tighten the classic protection of one branch, and put it back exactly: by the same PUT, or by removing it again. */
import type { Action } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../../exchange/outcome.ts';
import { type Reversible, stateChange } from '../../../../exchange/state-change.ts';
import { at } from '../../../../intake/foreign.ts';
import type { GithubSession } from '../../session.ts';
import { basePath, type Desk, gitNode, inRepository, through, type Write } from '../exchange/desk.ts';
import { asTaken, type Protection, protection, unprotected } from './protection.ts';

export const branchParams = inRepository.extend({
  branch: z.string().regex(/^[^\s\p{Cc}~^:?*[\\]{1,250}$/u, 'not the name of a branch'),
});
export type BranchParams = z.infer<typeof branchParams>;

const branchBefore = z.object({
  exists: z.boolean(),
  /** Null without a classic protection; rulesets are others' and hold beside it. */
  protection: protection.nullable(),
  /** Set at an address of its own: not ours to change. */
  signatures: z.boolean(),
});
export type BranchBefore = z.infer<typeof branchBefore>;

const branchId = (of: BranchParams) => gitNode('Branch', of, of.branch);
const address = (of: BranchParams) => `${basePath(of)}/branches/${encodeURIComponent(of.branch)}`;
const put = (of: BranchParams, json: Protection): Write => ({
  verb: 'patch',
  object: branchId(of),
  method: 'PUT',
  path: `${address(of)}/protection`,
  json,
});

export async function readBranch(desk: Desk, of: BranchParams): Promise<BranchBefore> {
  const branch = await desk.find(address(of));
  if (branch === null) return { exists: false, protection: null, signatures: false };
  // The branch itself says whether it has a protection; only then is a 404 a lack of rights and no answer.
  if (at(branch, 'protection', 'enabled') !== true) return { exists: true, protection: null, signatures: false };
  const told = await desk.get(`${address(of)}/protection`);
  return { exists: true, protection: asTaken(told), signatures: at(told, 'required_signatures', 'enabled') === true };
}

/** @param tightened what is wanted, made of what is there; equal to it where the wanted already holds */
export function branchChange<P extends BranchParams>(
  tightened: (from: Protection, params: P) => Protection,
): Reversible<P, BranchBefore, GithubSession> {
  return stateChange<P, BranchBefore, GithubSession, Desk, Write>(
    through<P>((of) => `Branch ${of.branch} of ${of.repository}`),
    {
      read: readBranch,
      isGone: ({ exists }) => !exists,
      wanted: (now, of) => now.protection !== null && isSame(tightened(now.protection, of), now.protection),
      forward: (from, of) => [put(of, tightened(from.protection ?? unprotected, of))],
      back(now, of, was, force) {
        const set = tightened(was.protection ?? unprotected, of);
        if (!force && !isSame(now.protection, set))
          return refused('FB-UNDO-CHANGED', `The protection of ${of.branch} was changed by somebody else since.`);
        if (was.protection !== null) return [put(of, was.protection)];
        return [
          { verb: 'delete', object: branchId(of), method: 'DELETE', path: `${address(of)}/protection` } satisfies Write,
        ];
      },
      matter: (state) => state.protection,
      steady: (state) => state,
    },
  );
}

function isSame(a: Protection | null, b: Protection | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b === null ? null : protection.parse(b));
}

/** What both levers on a branch share of an action. */
export const branchAction = {
  stage: 'delivery',
  targetKinds: ['Branch'],
  before: branchBefore,
  permissions: ['administration: write', 'contents: read'],
  target: (of: BranchParams) => ({ kind: 'Branch', id: branchId(of), name: `${of.branch} of ${of.repository}` }),
  undoes: (of: BranchParams) =>
    `The protection of ${of.branch} of ${of.repository} is exactly as it was, or gone if it had none.`,
  takes: () => 5,
} satisfies Partial<Action<BranchParams, BranchBefore, GithubSession>>;
