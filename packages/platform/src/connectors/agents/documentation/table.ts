import type { LeverPages } from '../../../exchange/documentation.ts';
import { fixedCost, weights } from '../actions/impact/legitimate-use.ts';
import { actions } from '../actions/index.ts';

export const agentLevers: LeverPages = {
  title: 'Actions on agents',
  about:
    'On the files that configure them. A file changes in one step and keeps its other bytes; a copy of it as it was stays beside it until the step is undone, and the ledger holds hashes only. Agents that run have to be restarted.',
  connector: 'agents',
  actions,
  costs: fixedCost,
  weights,
};
