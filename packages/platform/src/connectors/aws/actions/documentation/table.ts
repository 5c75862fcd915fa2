import type { LeverPages } from '../../../../exchange/documentation.ts';
import { fixedCost, weights } from '../impact/price.ts';
import { actions } from '../index.ts';

export const awsLevers: LeverPages = {
  title: 'Actions on AWS',
  about:
    'Every step names the account and the whole ARN; another account than the open one is refused. AWS has few preconditions: the state is read again right before the first write, and what somebody else changed since is refused, not overwritten.',
  connector: 'aws',
  actions,
  costs: fixedCost,
  weights,
};
