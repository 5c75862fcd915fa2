import { expect, test } from 'vitest';
import { toBase64 } from '../kernel/bytes.ts';
import { parseTlogProof, tlogProofText } from './tlog-proof.ts';

const a = new Uint8Array(32).fill(1);
const b = new Uint8Array(32).fill(2);
const checkpoint = 'log.example\n9\nroot\n\n— log.example sig=\n';
const text = `c2sp.org/tlog-proof@v1\nindex 7\n${toBase64(a)}\n${toBase64(b)}\n\n${checkpoint}`;

test('as the standard lays it out, both ways, also with an empty proof', () => {
  expect(tlogProofText({ index: 7, hashes: [a, b], checkpoint })).toBe(text);
  expect(parseTlogProof(text)).toEqual({ index: 7, hashes: [a, b], checkpoint });
  const empty = { index: 0, hashes: [], checkpoint };
  expect(parseTlogProof(tlogProofText(empty))).toEqual(empty);
});

test.each([
  ['nothing', ''],
  ['another version', text.replace('@v1', '@v2')],
  ['no index', text.replace('index 7\n', '')],
  ['a leading zero', text.replace('index 7', 'index 07')],
  ['extra data', text.replace('index', 'extra AAAA\nindex')],
  ['a short hash', text.replace('AQEB', 'AQ')],
  ['too many hashes', text.replace('index 7\n', `index 7\n${`${toBase64(a)}\n`.repeat(64)}`)],
  ['no end', text.slice(0, text.indexOf('\n\n'))],
])('%s is no proof', (_name, wrong) => {
  expect(parseTlogProof(wrong)).toBeUndefined();
});
