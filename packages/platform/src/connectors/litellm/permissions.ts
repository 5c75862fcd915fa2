/** What our own key must be, for reading and for levers. LiteLLM has roles, not single rights: levers need an administrator. */
import type { AnyAction } from '@firebreak/contract';
import type { LitellmSession } from './session.ts';

const reading = `# What Firebreak needs of a LiteLLM proxy: a key of a user who sees everything and changes nothing.
#   POST /user/new      {"user_id": "firebreak", "user_role": "proxy_admin_viewer", "auto_create_key": false}
#   POST /key/generate  {"user_id": "firebreak", "key_alias": "firebreak", "duration": "90d", "models": ["no-default-models"]}
# Put the key into LITELLM_API_KEY. With any lesser key, models are read and the rest is a gap.
`;

/** `wanted`: ids of actions; an unknown id needs nothing. */
export function permissionsText(wanted: readonly string[], actions: readonly AnyAction<LitellmSession>[]): string {
  const routes = actions.filter(({ id }) => wanted.includes(id)).flatMap(({ permissions }) => permissions);
  if (routes.length === 0) return reading;
  const list = [...new Set(routes)].sort().map((route) => `#   ${route}\n`);
  return `${reading}# To act, the user's role must be proxy_admin: the proxy lets nobody else call these. Its key may still be held to them
# ("allowed_routes" of POST /key/generate), and to no model.
${list.join('')}`;
}
