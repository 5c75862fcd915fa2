import { type DerivedEdge, type EdgeRule, type Estate, litellmId } from '@firebreak/contract';
import { isUsable } from '../../litellm/grants.ts';
import { ofKey } from '../../litellm/levers.ts';

export default {
  label: 'KEY_OWNER',
  from: ['User', 'Team'],
  to: ['Key'],
  needs: ['litellm.key', 'litellm.user', 'litellm.team'],
  techniques: ['T1098', 'T1528'],
  traverse: 'seconds',
  explain: {
    what: 'Uses the key, and has the proxy make it anew.',
    why: 'The key belongs to this user or team.',
    cut: 'Block the key, or take the user off the proxy.',
  },
  severedBy: ['litellm.block-key', 'litellm.block-team'],
  derive,
  levers: (edge, estate) => ofKey(edge.to, estate),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const key of estate.all('litellm.key')) {
    const { server, user, team } = key.data;
    if (!isUsable(estate, key)) continue;
    for (const owner of [
      user === undefined ? undefined : estate.get('litellm.user', litellmId('User', server, user)),
      team === undefined ? undefined : estate.get('litellm.team', litellmId('Team', server, team)),
    ])
      if (owner !== undefined) yield { from: owner.id, to: key.id, facts: [key.id, owner.id] };
  }
}
