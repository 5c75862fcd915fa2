/**
 * Which incidents hold an artifact or what it was made from: those whose compromised nodes are on its way upstream. Contained,
 * undone and returned ones are past: what comes back after them needs an attestation of recovery.
 */
import type { Incident, PromotionFindings } from '@firebreak/contract';

const past: ReadonlySet<Incident['state']> = new Set(['contained', 'undone', 'returned']);

/** @param nodes the artifact's own and those that it was made from; empty where it is not in the estate. @param digest `sha256:…` */
export function incidentsFinding(
  nodes: ReadonlySet<string>,
  digest: string | undefined,
  incidents: readonly Pick<Incident, 'id' | 'state' | 'compromised'>[],
): PromotionFindings['incidents'] {
  const holding = incidents.filter(({ compromised }) =>
    compromised.some((id) => nodes.has(id) || (digest !== undefined && id.includes(digest))),
  );
  const open = holding.filter(({ state }) => !past.has(state)).map(({ id }) => id);
  const over = holding.filter(({ state }) => past.has(state)).map(({ id }) => id);
  return {
    state: 'read',
    open,
    past: over,
    why:
      open.length > 0
        ? `Open incidents hold it or what it was made from: ${open.join(', ')}.`
        : `${nodes.size === 0 ? 'The estate does not hold it, so that only its digest was looked for: ' : ''}${incidents.length} incidents were looked at; ${over.length === 0 ? 'none holds it or what it was made from' : `past ones are ${over.join(', ')}`}.`,
    next: '',
  };
}
