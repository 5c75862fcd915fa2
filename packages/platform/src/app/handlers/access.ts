import { FirebreakError } from '@firebreak/contract';
import { type Authenticator, newSecret } from '../../http/authenticate.ts';
import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';

const DAY_MS = 24 * 3600 * 1000;

/** API tokens and invitations. A token acts in the name of whoever made it. */
export function accessHandlers(
  station: Station,
  authenticator: Authenticator,
): Pick<Handlers, 'createToken' | 'listTokens' | 'revokeToken' | 'invite'> {
  const { authStore } = station.storage;
  return {
    createToken: async ({ body, caller }) => {
      const secret = newSecret();
      const expiresAt = new Date(station.clock.now().getTime() + body.expiresInDays * DAY_MS);
      const { id } = await authStore.createToken({
        secret,
        name: body.name,
        role: body.role,
        owner: caller.id,
        expiresAt,
      });
      return { id, token: secret, name: body.name, role: body.role, expiresAt: expiresAt.toISOString() };
    },

    listTokens: async () => ({
      tokens: (await authStore.tokens()).map(({ id, name, role, expiresAt, lastUsedAt }) => ({
        id,
        name,
        role,
        expiresAt: expiresAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
      })),
    }),

    revokeToken: async ({ params }) => {
      if (!(await authStore.revokeToken(params.id)))
        throw new FirebreakError('FB-NOT-FOUND', 'There is no token with this id.');
      return { ok: true };
    },

    invite: async ({ body, caller }) => {
      const { secret, expiresAt } = await authenticator.invite(body.name, body.role, caller.name);
      return { link: `/sign-in#link=${secret}`, name: body.name, role: body.role, expiresAt: expiresAt.toISOString() };
    },
  };
}
