/** The deployments that answer for a model, as the proxy tells them. */

import type { JsonDesk } from '../../../../exchange/json-desk.ts';
import { array, at, textAt } from '../../../../intake/foreign.ts';

export interface Deployment {
  readonly id: string;
  /** In the database, where the API may change it. */
  readonly stored: boolean;
  readonly blocked: boolean;
}

/** In the order of their ids. */
export async function deploymentsOf(desk: JsonDesk, model: string): Promise<readonly Deployment[]> {
  const listed = array(at(await desk.get('/v1/model/info'), 'data'));
  return listed
    .filter((entry) => textAt(entry, 'model_name') === model)
    .map((entry) => ({
      id: textAt(entry, 'model_info', 'id') ?? '',
      stored: at(entry, 'model_info', 'db_model') === true,
      blocked: at(entry, 'model_info', 'blocked') === true,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
