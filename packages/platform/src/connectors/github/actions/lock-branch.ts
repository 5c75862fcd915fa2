import { defineAction, type ProbeResult } from '@firebreak/contract';
import type { GithubSession } from '../session.ts';
import {
  type BranchBefore,
  type BranchParams,
  branchAction,
  branchChange,
  branchParams,
  readBranch,
} from './branch/branch-change.ts';
import type { Protection } from './branch/protection.ts';
import { deskOf } from './exchange/desk.ts';
import { impactOf, interruptWriters } from './impact/legitimate-use.ts';

const locked = (from: Protection): Protection => ({
  ...from,
  lock_branch: true,
  enforce_admins: true,
  allow_force_pushes: false,
  allow_deletions: false,
  allow_fork_syncing: false,
});

/** Nobody changes the branch, by whatever way. */
export default defineAction<BranchParams, BranchBefore, GithubSession>({
  ...branchAction,
  id: 'github.lock-branch',
  title: 'Lock branch',
  params: branchParams,
  describe: (of) =>
    `Lock ${of.branch} of ${of.repository}: nobody pushes to it or merges into it, administrators included.`,
  drastic: () => true,
  impact: (of, estate) =>
    impactOf(
      'lock-branch',
      interruptWriters(estate, of, `Nothing is merged into ${of.branch}, urgent repairs included.`),
    ),
  ...branchChange<BranchParams>(locked),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { exists, protection } = await readBranch(await deskOf(attempt, of), of);
    const isLocked = protection?.lock_branch === true && protection.enforce_admins;
    return [
      {
        what: `${of.branch} of ${of.repository} is locked`,
        result: !exists || isLocked ? 'holds' : 'fails',
        evidence: exists
          ? `GitHub shows it as ${isLocked ? 'locked, for administrators too' : 'open'}.`
          : 'The branch is gone.',
      },
    ];
  },
});
