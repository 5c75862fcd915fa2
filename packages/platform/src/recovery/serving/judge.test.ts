/** What a server's answer says of the version behind it. */
import type { ServingCheck } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { judgeAnswer, questionOf, type ServerAnswer } from './judge.ts';

const names = { node: 'n', uris: [], digests: [], revisions: [], models: [] };
const versions = { to: { ...names, version: '2' }, from: { ...names, version: '3' } };
const said = (json: unknown, headers: Readonly<Record<string, string>> = {}): ServerAnswer => ({
  ok: true,
  header: (name) => headers[name],
  json,
});
type Asked = Exclude<ServingCheck, { kind: 'running-image' }>;
const url = 'http://model.example/';
const golden = (good: unknown, bad?: unknown, at = '/predictions/0'): Asked => ({
  kind: 'golden-query',
  url,
  body: {},
  at,
  good,
  ...(bad === undefined ? {} : { bad }),
});
const result = (check: Asked, answer: ServerAnswer) => judgeAnswer(check, answer, versions).result;

test('a golden query tells the two versions apart', () => {
  expect(result(golden(0, 1), said({ predictions: [0] }))).toBe('holds');
  expect(judgeAnswer(golden(0, 1), said({ predictions: [1] }), versions)).toEqual({
    result: 'not-yet',
    what: 'Not yet: the server still answers with version 3; the golden query is answered as that version does.',
  });
  expect(result(golden(0), said({ predictions: [7] }))).toBe('not-yet');
  expect(result(golden(0.1 + 0.2, 1), said({ predictions: [0.3] }))).toBe('holds');
});

test('a question that both answer alike says nothing, and neither does a server that does not answer', () => {
  expect(result(golden(1, 1), said({ predictions: [1] }))).toBe('cannot-tell');
  expect(result(golden(0, 1), { ok: false, why: 'It answers 503.' })).toBe('cannot-tell');
  expect(result(golden(0, 1, '/nothing/here'), said({ predictions: [0] }))).toBe('not-yet');
});

test('a header, and the Open Inference Protocol: one other version that is loaded is one too many', () => {
  const header: Asked = { kind: 'header', url, header: 'X-Model-Version', good: '2' };
  expect(result(header, said(null, { 'x-model-version': '2' }))).toBe('holds');
  expect(result(header, said(null, { 'x-model-version': '3' }))).toBe('not-yet');
  expect(result(header, said(null))).toBe('cannot-tell');
  const loaded: Asked = { kind: 'open-inference', url, model: 'fraud', good: '2' };
  expect(questionOf(loaded)?.url).toBe('http://model.example/v2/models/fraud');
  expect(result(loaded, said({ versions: ['2'] }))).toBe('holds');
  expect(result(loaded, said({ versions: ['2', '3'] }))).toBe('not-yet');
  expect(result(loaded, said({}))).toBe('cannot-tell');
});
