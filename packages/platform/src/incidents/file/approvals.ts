/** Who approved what, from the log alone: approvals, links that they came by, and rules that were broken for them. */
import type { IncidentStory } from './story.ts';

/** Kinds of entries by which somebody let something be done. */
const kinds = /^(?:plan\.approved|approval\.|break-glass\.|lease\.renewed)/;

export interface ApprovalRecord {
  readonly entry: number;
  readonly at: string;
  readonly by: string;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export function approvalsOf({ entries }: IncidentStory): ApprovalRecord[] {
  return entries
    .filter(({ kind }) => kinds.test(kind))
    .map(({ index, at, actor, kind, body }) => ({ entry: index, at, by: actor, kind, body }));
}
