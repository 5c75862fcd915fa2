/** Which images the marks and the incident itself make suspect. */
import { expect, test } from 'vitest';
import type { Mark } from '../../recovery/store.ts';
import { suspectImages } from './marks.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const mark = (state: Mark['state'], data: unknown = null, at = '2026-01-01T00:00:00.000Z'): Mark => ({
  incident: 'i',
  item: '',
  state,
  by: 'ann',
  at,
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
  expect([...suspectImages(named, marks)].sort()).toEqual([digest('a'), digest('b'), digest('d')]);
});

test('a refusal stands whatever is brought later; what was only replaced can be approved again', () => {
  const subject = 'oci:Repository/r.example/serve';
  const later = '2026-01-02T00:00:00.000Z';
  const marks = new Map([
    [
      `verdict/${subject}#${digest('b')}`,
      mark('done', { scan: { verdict: 'unsafe' }, signature: { verdict: 'verified' } }),
    ],
    [
      `choose/${subject}`,
      mark('done', {
        from: [version('b'), version('d'), version('f')],
        to: version('e'),
        digest: digest('e'),
        kind: 'image',
        checks: [],
      }),
    ],
    [`image/${digest('b')}`, mark('done', { image: 'r.example/serve' }, later)],
    [`image/${digest('d')}`, mark('done', { image: 'r.example/serve' }, later)],
    [`image/${digest('f')}`, mark('done', { image: 'r.example/serve' })],
  ]);
  expect([...suspectImages([], marks)].sort()).toEqual([digest('b'), digest('f')]);
});
