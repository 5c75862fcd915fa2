import type { LeverPages } from '../../../exchange/documentation.ts';
import ssf from '../index.ts';
import { fixedCost, weights } from '../signal/price.ts';

export const ssfLevers: LeverPages = {
  title: 'Security events',
  about:
    'One event to one receiver (CAEP 1.0, RFC 8417), pushed or polled. Delivered is what the receiver said; the event of a step is the same however often it is sent.',
  connector: 'ssf',
  actions: ssf.actions,
  costs: fixedCost,
  weights,
};
