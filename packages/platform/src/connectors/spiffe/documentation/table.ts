import type { LeverPages } from '../../../exchange/documentation.ts';
import deleteEntry, { fixedCost, weights } from '../actions/delete-entry.ts';

export const spiffeLevers: LeverPages = {
  title: 'Actions on SPIRE servers',
  about: 'By the server’s own API, over its local socket or as an administrator.',
  connector: 'spiffe',
  actions: [deleteEntry],
  costs: fixedCost,
  weights,
};
