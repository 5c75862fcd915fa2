/** Which images the marks and the incident itself make suspect. */
import { expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import type { Mark } from '../../recovery/store.ts';
import { suspectImages } from './marks.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const estate = estateOf(
  [
    {
      kind: 'oci.image',
      id: `oci:Image/r.example/serve@${digest('a')}`,
      source: { connector: 'oci', locator: 'test' },
      data: { registry: 'r.example', repository: 'serve', digest: digest('a') },
    },
  ] as never,
  [],
);
const mark = (state: Mark['state'], data: unknown = null): Mark => ({
  incident: 'i',
  item: '',
  state,
  by: 'ann',
  at: '2026-01-01T00:00:00.000Z',
  note: '',
  proof: null,
  data,
  entry: 0,
});
const version = (letter: string) => ({
  version: digest(letter),
  uris: [],
  digests: [digest(letter)],
  revisions: [],
  models: [],
});

test('suspect are images that the incident names, that an inspection refused, and that were replaced', () => {
  const subject = 'oci:Repository/r.example/serve';
  const marks = new Map([
    [`verdict/${subject}#${digest('b')}`, mark('failed')],
    [`verdict/${subject}#${digest('c')}`, mark('done')],
    [`verdict/mlflow:Model/m#7`, mark('failed')],
    [
      `choose/${subject}`,
      mark('done', { from: [version('d')], to: version('e'), digest: digest('e'), kind: 'image', checks: [] }),
    ],
  ]);
  const named = [`oci:Image/r.example/serve@${digest('a')}`, 'kubernetes:Deployment/ml/serve'];
  expect([...suspectImages(estate, named, marks)].sort()).toEqual([digest('a'), digest('b'), digest('d')]);
});
