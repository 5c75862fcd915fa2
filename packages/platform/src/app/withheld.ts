/**
 * Actions that there are and that cannot be pulled here, since their system is not connected, or only read from files, or since our own
 * credential lacks a right.
 */
import type { AnyAction, MissingRight } from '@firebreak/contract';
import { connectors } from '../connectors/index.ts';
import type { Withheld } from '../planning/lever-book.ts';

export function withheldFrom(atHand: readonly AnyAction[], lacking: readonly MissingRight[] = []): Withheld[] {
  const known = new Set(atHand.map(({ id }) => id));
  const missing = new Map(lacking.map((each) => [each.action, each]));
  return connectors.flatMap((connector) =>
    connector.actions.flatMap(({ id, title }): Withheld[] => {
      if (!known.has(id)) {
        const what = `${title} (${id}) would cut it: connect ${connector.title} itself, --from ${connector.id}:….`;
        return [{ action: id, is: 'connector', what }];
      }
      const lack = missing.get(id);
      return lack === undefined ? [] : [withoutRight(lack, title, connector.id)];
    }),
  );
}

const shownRights = 6;

function withoutRight({ action, rights, except }: MissingRight, title: string, connector: string): Withheld {
  const more = rights.length > shownRights ? ` and ${rights.length - shownRights} more` : '';
  const what = `${title} (${action}) would cut it: our credential lacks ${rights.slice(0, shownRights).join(', ')}${more}; firebreak permissions ${connector} ${action} prints the role.`;
  return { action, is: 'right', what, ...(except === undefined ? {} : { except }) };
}
