/**
 * Settings of the proxy's router: one list or table, of which a lever changes the entry of one model. They are written whole, so they
 * are read again right before, and what somebody else changed meanwhile is refused (`stateChange`). What the proxy's file sets, its
 * API may not change: the proxy refuses, and the step says so.
 */
import { litellmId } from '@firebreak/contract';
import type { JsonDesk, JsonWrite } from '../../../../exchange/json-desk.ts';
import { at } from '../../../../intake/foreign.ts';

/** Read from what its own console reads; null where the proxy says none. */
export async function routerSetting(desk: JsonDesk, name: 'fallbacks' | 'model_group_alias'): Promise<unknown> {
  return at(await desk.get('/get/config/callbacks'), 'router_settings', name) ?? null;
}

export function setRouter(server: string, model: string, settings: Readonly<Record<string, unknown>>): JsonWrite {
  return {
    verb: 'patch',
    object: litellmId('Model', server, model),
    method: 'POST',
    path: '/config/update',
    body: { router_settings: settings },
  };
}
