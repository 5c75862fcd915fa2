/**
 * The limits of a virtual key: requests and tokens a minute, dollars. What must stay true: a limit is only ever made tighter, and what
 * was there before comes back exactly, "no limit" included (the proxy takes an explicit null for it).
 */
import { litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../../exchange/json-desk.ts';
import { refused } from '../../../../exchange/outcome.ts';
import type { StateChange } from '../../../../exchange/state-change.ts';
import { at, field } from '../../../../intake/foreign.ts';

/** In the proxy's own words. Null: no limit. */
const limit = z.number().nullable();
const keyLimits = z.object({ rpm_limit: limit, tpm_limit: limit, max_budget: limit });
export type KeyLimits = z.infer<typeof keyLimits>;
export const limitsBefore = z.object({
  /** Null when there is no such key. */
  limits: keyLimits.nullable(),
});
export type LimitsBefore = z.infer<typeof limitsBefore>;
const names = ['rpm_limit', 'tpm_limit', 'max_budget'] as const;

interface OfKey {
  readonly server: string;
  readonly token: string;
}

/** @param target the limits that are wanted; a limit that is not named stays. `was`: those that the key had at first */
export function limitChange<P extends OfKey>(
  target: (params: P, was: KeyLimits) => Partial<KeyLimits>,
): StateChange<P, LimitsBefore, JsonDesk, JsonWrite> {
  const tighter = (now: LimitsBefore, of: P, before: LimitsBefore): Partial<KeyLimits> => {
    if (now.limits === null || before.limits === null) return {};
    const wanted = target(of, before.limits);
    const found: Partial<KeyLimits> = {};
    for (const name of names) {
      const value = wanted[name];
      const present = now.limits[name];
      if (value !== undefined && value !== null && (present === null || present > value)) found[name] = value;
    }
    return found;
  };
  const set = ({ server, token }: P, limits: Partial<KeyLimits>): JsonWrite => ({
    verb: 'patch',
    object: litellmId('Key', server, token),
    method: 'POST',
    path: '/key/update',
    body: { key: token, ...limits },
  });
  return {
    async read(desk, { token }) {
      const answer = await desk.get(`/key/info?key=${token}`);
      return { limits: answer === null ? null : limitsOf(at(answer, 'info')) };
    },
    isGone: ({ limits }) => limits === null,
    goneIsWanted: true,
    wanted: (now, of, before) => Object.keys(tighter(now, of, before)).length === 0,
    forward: (from, of, before) => [set(of, tighter(from, of, before))],
    back(now, of, before) {
      if (now.limits === null) return refused('FB-HTTP-NOT-FOUND', 'The key was deleted since.');
      const moved = names.filter((name) => now.limits?.[name] !== before.limits?.[name]);
      return [set(of, Object.fromEntries(moved.map((name) => [name, before.limits?.[name] ?? null])))];
    },
  };
}

function limitsOf(info: unknown): KeyLimits {
  const number = (name: string) => {
    const value = field(info, name);
    return typeof value === 'number' ? value : null;
  };
  return { rpm_limit: number('rpm_limit'), tpm_limit: number('tpm_limit'), max_budget: number('max_budget') };
}
