import type { LeverPages } from '../../../exchange/documentation.ts';
import { fixedCost, weights } from '../actions/impact/price.ts';
import { actions } from '../actions/index.ts';

export const flagLevers: LeverPages = {
  title: 'Actions on feature flags',
  about: 'On flag definitions of flagd, which reads them again by itself. Files change as those of agents do.',
  connector: 'flagd',
  actions,
  costs: fixedCost,
  weights,
};
