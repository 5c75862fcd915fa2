/** The deployments that answer for a model, as the proxy tells them. */

import { litellmId } from '@firebreak/contract';
import type { JsonDesk, JsonWrite } from '../../../../exchange/json-desk.ts';
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

/** Whether the same ones answer as before: each by its id, in one order. */
export function sameDeployments(
  now: readonly Pick<Deployment, 'id'>[],
  was: readonly Pick<Deployment, 'id'>[],
): boolean {
  return now.length === was.length && now.every(({ id }, place) => id === was[place]?.id);
}

/** Changes one that is in the database. @param body the fields that change */
export function updateDeployment(
  of: { readonly server: string; readonly model: string },
  deployment: string,
  body: JsonWrite['body'],
): JsonWrite {
  return {
    verb: 'patch',
    object: litellmId('Deployment', of.server, `${of.model}/${deployment}`),
    method: 'PATCH',
    path: `/model/${encodeURIComponent(deployment)}/update`,
    body,
  };
}
