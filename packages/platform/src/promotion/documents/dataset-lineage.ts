/** The data that a model was made from as a document: Markdown for people, Croissant 1.0 (JSON-LD of MLCommons) for programs. */
import type { BomMaterial, Thing } from './material.ts';
import { cardOf, cell } from './model-card.ts';

export function lineageAsMarkdown(thing: Thing, material: BomMaterial): string {
  const { datasets, madeFrom } = cardOf(thing, material);
  const known = new Set([thing.ref, ...madeFrom.map(({ ref }) => ref)]);
  const steps = material.links.filter(({ from, to }) => known.has(from) && known.has(to));
  return [
    `# Dataset lineage: ${cell(thing.name)}`,
    `Model ${cell(thing.ref)}, written ${material.at}. ${material.completeness.answer === 'complete' ? 'Everything that was asked answered.' : 'Not everything that could say something was read.'}`,
    '## Data',
    datasets.length === 0
      ? 'None known.'
      : [
          '| dataset | version | digest | owner |',
          '|---|---|---|---|',
          ...datasets.map(
            ({ ref, version = '', digests, owner = '' }) =>
              `| ${cell(ref)} | ${cell(version)} | ${cell(digests.join(', '))} | ${cell(owner)} |`,
          ),
        ].join('\n'),
    '## Steps',
    steps.length === 0
      ? 'None known.'
      : steps.map(({ from, to, type }) => `- ${cell(from)} → ${cell(to)} (${cell(type)})`).join('\n'),
    '',
  ].join('\n\n');
}

export function croissant(thing: Thing, material: BomMaterial): Record<string, unknown> {
  const { datasets } = cardOf(thing, material);
  return {
    '@context': {
      '@language': 'en',
      '@vocab': 'https://schema.org/',
      sc: 'https://schema.org/',
      cr: 'http://mlcommons.org/croissant/',
      dct: 'http://purl.org/dc/terms/',
      conformsTo: 'dct:conformsTo',
      sha256: 'cr:sha256',
    },
    '@graph': datasets.map(({ ref, name, version, digests, owner }) => {
      const sha256 = digests.find((digest) => digest.startsWith('sha256:'))?.slice('sha256:'.length);
      return {
        '@type': 'sc:Dataset',
        '@id': ref,
        name,
        conformsTo: 'http://mlcommons.org/croissant/1.0',
        ...(version === undefined ? {} : { version }),
        ...(owner === undefined ? {} : { creator: { '@type': 'sc:Organization', name: owner } }),
        isBasedOn: material.links.flatMap(({ from, to }) => (to === ref ? [from] : [])),
        ...(sha256 === undefined
          ? {}
          : { distribution: [{ '@type': 'cr:FileObject', '@id': `${ref}#content`, name, sha256 }] }),
      };
    }),
  };
}
