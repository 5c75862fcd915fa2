const views = ['about', 'impact', 'request-path', 'lineage', 'threat-model'] as const;
export type NodeView = (typeof views)[number];

/** Classes of what answers a request, and of what is made from something. */
const answering: ReadonlySet<string> = new Set(['endpoint', 'agent', 'workload']);
const made: ReadonlySet<string> = new Set([
  'model',
  'dataset',
  'artifact',
  'pipeline',
  'feature-store',
  'vector-store',
  'repository',
]);

/** What there is to see of a node of the class. */
export function viewsOf(
  assetClass: string | undefined,
): readonly { readonly view: NodeView; readonly title: string }[] {
  const is = (classes: ReadonlySet<string>) => assetClass !== undefined && classes.has(assetClass);
  return [
    { view: 'about', title: 'About' },
    { view: 'impact', title: 'What breaks' },
    ...(is(answering) ? [{ view: 'request-path' as const, title: 'Request path' }] : []),
    ...(is(made) ? [{ view: 'lineage' as const, title: 'Lineage' }] : []),
    { view: 'threat-model', title: 'Threat model' },
  ];
}

/** The node page's part of an address. */
export function nodeSearch(search: Readonly<Record<string, unknown>>): { id: string; view?: NodeView } {
  const id = typeof search.id === 'string' ? search.id.slice(0, 2000) : '';
  const view = views.find((known) => known === search.view);
  return view === undefined || view === 'about' ? { id } : { id, view };
}
