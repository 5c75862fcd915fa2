/**
 * Who legitimately uses a key, a team or a model of a proxy, from the facts of one estate, and what a step costs, in points of the
 * scale that all levers share: a limit that leaves the key at work (1, 2) and a fallback that was not needed (2) break the least; a key
 * (3) breaks one client; a model that another one answers for (5) and a team (6) are noticed; a model that nobody answers for (10) stops
 * what is built on it. What was never used stops nobody.
 */
import { type Estate, type FactTypes, type Impact, type Interruption, litellmId } from '@firebreak/contract';

export const fixedCost = {
  'throttle-key': 1,
  'limit-key': 2,
  'fallbacks-off': 2,
  'block-key': 3,
  'detach-mcp-server': 4,
  'shift-weights': 3,
  'swap-model': 5,
  'block-team': 6,
  'block-model': 10,
} as const satisfies Readonly<Record<string, number>>;

/** A client that works every day, one that was never seen, one whose use nobody told of. */
export const weights = { used: 3, never: 0, untold: 2 } as const;
/** So many are named; the others are one number. */
const maxNamed = 10;

export function impactOf(lever: keyof typeof fixedCost, interrupts: readonly Interruption[]): Impact {
  return { cost: interrupts.reduce<number>((sum, { weight }) => sum + weight, fixedCost[lever]), interrupts };
}

/** What stops when a key stops, or is held back by `share` of it. */
export function interruptKey(
  estate: Estate,
  { server, token }: { readonly server: string; readonly token: string },
  what: string,
  share = 1,
): readonly Interruption[] {
  const id = litellmId('Key', server, token);
  const key = estate.get('litellm.key', id)?.data;
  const name = key?.alias ?? key?.name ?? token.slice(0, 12);
  const told = estate.all('litellm.key').some(({ data }) => data.lastUsed !== undefined);
  const weight = key?.lastUsed !== undefined ? weights.used : told ? weights.never : weights.untold;
  const last =
    key?.lastUsed === undefined ? (told ? ' The proxy has no record of any use.' : '') : ` Last used ${key.lastUsed}.`;
  return [{ who: { kind: 'Key', id, name }, what: `${what}${last}`, weight: weight * share }];
}

/** The keys that a list names, each by itself as long as they are few. */
export function interruptKeys(
  estate: Estate,
  server: string,
  affected: (key: FactTypes['litellm.key']) => boolean,
  what: string,
): readonly Interruption[] {
  const keys = estate
    .all('litellm.key')
    .filter(({ data }) => data.server === server && !data.blocked && affected(data))
    .sort(
      (a, b) => Number(b.data.lastUsed !== undefined) - Number(a.data.lastUsed !== undefined) || (a.id < b.id ? -1 : 1),
    );
  const named = keys.slice(0, maxNamed).flatMap(({ data }) => interruptKey(estate, data, what, 0.5));
  if (keys.length <= maxNamed) return named;
  const id = litellmId('Proxy', server);
  const rest = keys.length - maxNamed;
  return [
    ...named,
    { who: { kind: 'Proxy', id, name: server }, what: `${rest} more keys. ${what}`, weight: Math.log2(rest + 1) },
  ];
}

/** Whether a list of models lets a key call one: an empty list is all of them. Groups and patterns count as calling it. */
export function mayCall(models: readonly string[], model: string): boolean {
  return (
    models.length === 0 || models.some((entry) => entry === model || entry.startsWith('all-') || entry.includes('*'))
  );
}
