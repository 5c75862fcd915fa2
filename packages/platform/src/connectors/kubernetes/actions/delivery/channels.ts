/** Every channel that can be told to hold still. */
import { groupVersion } from '../../resources.ts';
import { argoApplication, argoApplicationSet } from './argo.ts';
import type { Channel } from './channel.ts';
import { fluxKinds } from './flux.ts';

const channels: readonly Channel[] = [argoApplication, argoApplicationSet, ...fluxKinds];

/** Every kind that can be suspended, as `group/Kind`. */
export const suspendable: readonly { readonly group: string; readonly kind: string }[] = channels.flatMap(
  ({ group, kinds }) => kinds.map((kind) => ({ group, kind })),
);

export function channelFor(apiVersion: string, kind: string): Channel | undefined {
  const { group } = groupVersion(apiVersion);
  return channels.find((channel) => channel.group === group && channel.kinds.includes(kind));
}
