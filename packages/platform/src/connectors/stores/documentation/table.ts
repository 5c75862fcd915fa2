import type { LeverPages } from '../../../exchange/documentation.ts';
import { fixedCost, weights } from '../actions/impact/price.ts';
import { actions } from '../actions/index.ts';

export const storeLevers: LeverPages = {
  title: 'Actions on vector stores',
  about: 'On a PostgreSQL with pgvector; the statements of a step are one transaction.',
  connector: 'stores',
  actions,
  costs: fixedCost,
  weights,
};
