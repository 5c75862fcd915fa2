/** Actions that there are and that cannot be pulled here, since their system is not connected, or only read from files. */
import type { AnyAction } from '@firebreak/contract';
import { connectors } from '../connectors/index.ts';
import type { Withheld } from '../planning/lever-book.ts';

export function withheldFrom(atHand: readonly AnyAction[]): Withheld[] {
  const known = new Set(atHand.map(({ id }) => id));
  return connectors.flatMap((connector) =>
    connector.actions
      .filter(({ id }) => !known.has(id))
      .map(
        ({ id, title }): Withheld => ({
          action: id,
          is: 'connector',
          what: `${title} (${id}) would cut it: connect ${connector.title} itself, --from ${connector.id}:….`,
        }),
      ),
  );
}
