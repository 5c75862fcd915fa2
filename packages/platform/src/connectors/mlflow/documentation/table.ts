import type { LeverPages } from '../../../exchange/documentation.ts';
import { fixedCost, weights } from '../actions/impact/legitimate-use.ts';
import { actions } from '../actions/index.ts';

export const mlflowLevers: LeverPages = {
  title: 'Actions on an MLflow server',
  about:
    'By its REST API; denials need the basic-auth application. The state is read again right before each request, and what somebody else changed since is refused, not overwritten.',
  connector: 'mlflow',
  actions,
  costs: fixedCost,
  weights,
};
