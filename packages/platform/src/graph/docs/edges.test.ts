import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { edgesDocument } from './edges.ts';

test('docs/edges.md is what the rules say', () => {
  const document = readFileSync(new URL('../../../../../docs/edges.md', import.meta.url), 'utf8');
  expect(document).toBe(edgesDocument());
});
