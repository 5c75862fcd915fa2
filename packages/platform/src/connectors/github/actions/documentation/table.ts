import type { LeverPages } from '../../../../exchange/documentation.ts';
import { fixedCost, weights } from '../impact/price.ts';
import { actions } from '../index.ts';

export const githubLevers: LeverPages = {
  title: 'Actions on GitHub',
  about:
    'Every step names the host and the repository or account; another one than the open one is refused. GitHub has no preconditions: the state is read again right before the first write, and what somebody else changed since is refused, not overwritten. Whether something is gone is told by its listing, since GitHub says 404 also of what a token may not see. Whoever administers the repository can take these steps back: the watch on an incident tells of it.',
  connector: 'github',
  actions,
  costs: fixedCost,
  weights,
};
