/** What cases are put together from. */
import type { Detection, NormalEvent } from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Spans } from './links.ts';
import type { CaseStore } from './store.ts';
import type { EstateView } from './traits.ts';

export interface CaseSettings extends Spans {
  /** A stable detection at least so severe opens an incident. */
  readonly opens: Detection['severity'];
}

export interface CaseParts<Tx> {
  readonly store: CaseStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
  readonly settings?: CaseSettings;
  /** The estate as it is now; undefined where there is none, and identities are all there is to group by. */
  readonly estate: () => Promise<EstateView | undefined>;
  /** Events by id, as far as they are kept. */
  readonly events: (ids: readonly string[]) => Promise<readonly NormalEvent[]>;
}
