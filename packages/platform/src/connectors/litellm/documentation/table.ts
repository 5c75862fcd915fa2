import type { LeverPages } from '../../../exchange/documentation.ts';
import { fixedCost, weights } from '../actions/impact/legitimate-use.ts';
import { actions } from '../actions/index.ts';

export const litellmLevers: LeverPages = {
  title: 'Actions on a LiteLLM proxy',
  about:
    'On a proxy with a database, by its management API. Every step names the proxy; the state is read again right before each request, and what somebody else changed since is refused, not overwritten. What the proxy’s file sets, its API does not change.',
  connector: 'litellm',
  actions,
  costs: fixedCost,
  weights,
};
