/** Tags of rules and detectors as other systems name what they stand for: `attack.t1078.004`, `atlas.aml.t0024`, `attack.discovery`. */

export interface Technique {
  readonly source: 'mitre-attack' | 'mitre-atlas';
  /** `T1078.004`, `AML.T0024`. */
  readonly id: string;
}

/** Techniques among the tags, each once; tactics and other lists are left out. */
export function techniquesOf(tags: readonly string[]): readonly Technique[] {
  const found = new Map<string, Technique>();
  for (const tag of tags) {
    const [, attack] = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag) ?? [];
    const [, atlas] = /^atlas\.aml\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag) ?? [];
    if (attack !== undefined) found.set(attack, { source: 'mitre-attack', id: attack.toUpperCase() });
    if (atlas !== undefined) found.set(atlas, { source: 'mitre-atlas', id: `AML.${atlas.toUpperCase()}` });
  }
  return [...found.values()];
}
