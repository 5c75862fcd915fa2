/**
 * Backstage's entity references: `[<kind>:][<namespace>/]<name>`, compared without regard to case. Source:
 * backstage.io/docs/features/software-catalog/references.
 */
const form = /^(?:([a-z]+):)?(?:([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\/)?([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)$/i;

/** `<kind>:<namespace>/<name>` in lower case; undefined for what is no reference, or has no kind where none is implied. */
export function canonicalReference(
  written: string,
  implied: { readonly kind?: string; readonly namespace: string },
): string | undefined {
  if (written.length > 200) return undefined;
  const [, kind = implied.kind, namespace = implied.namespace, name = ''] = form.exec(written.trim()) ?? [];
  return kind === undefined || name === '' ? undefined : `${kind}:${namespace}/${name}`.toLowerCase();
}
