import type { AgentDraft } from '../draft.ts';
import type { Place } from '../place.ts';

/** One way of writing down an agent or its tools. */
export interface Form {
  /** For the documentation. */
  readonly name: string;
  /** Reads the document if it is of this form, and says whether it was. Never throws, whatever is in it. */
  readonly read: (value: unknown, place: Place, draft: AgentDraft) => boolean;
}
