import { FirebreakError } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSelector, selectNodes } from './selector.ts';
import { group, smallWorld, step, thing } from './small-world.ts';

const graph = smallWorld({
  nodes: [
    thing('Secret/prod/db', { class: 'credential', jewel: 'opens the database', labels: { tier: 'gold' } }),
    thing('Secret/test/db', { class: 'credential' }),
    thing('Model/prod/llm', { class: 'model', labels: { 'app.kubernetes.io/name': 'llm' } }),
    thing('Pod/prod/odd,na;me*', { class: 'workload' }),
  ],
  edges: { GO: [step('Secret/prod/db', group('all', ['Secret/prod/db']))] },
});
const selected = (text: string | string[]) => selectNodes(graph, text).map((node) => graph.nodeAt(node).id.slice(5));

test.each([
  ['default', ['Secret/prod/db']],
  ['class=model', ['Model/prod/llm']],
  ['kind=Secret', ['Secret/prod/db', 'Secret/test/db']],
  ['kind=Secret,namespace=test', ['Secret/test/db']],
  [' kind = Secret , namespace = test ', ['Secret/test/db']],
  ['kind=Secret;class=model', ['Model/prod/llm', 'Secret/prod/db', 'Secret/test/db']],
  ['label:tier=gold', ['Secret/prod/db']],
  ['label:app.kubernetes.io/name=llm', ['Model/prod/llm']],
  ['namespace=p*,class=c*', ['Secret/prod/db']],
  ['id=test:Model/*', ['Model/prod/llm']],
  ['name=odd\\,na\\;me\\*', ['Pod/prod/odd,na;me*']],
  ['name=odd*', ['Pod/prod/odd,na;me*']],
  ['name=odd\\*', []],
  ['kind=*', ['Model/prod/llm', 'Pod/prod/odd,na;me*', 'Secret/prod/db', 'Secret/test/db']],
  ['kind=Nothing', []],
])('%s', (text, ids) => {
  expect(selected(text)).toEqual(ids);
});

test('several selectors are alternatives', () => {
  expect(selected(['class=model', 'namespace=test'])).toEqual(['Model/prod/llm', 'Secret/test/db']);
});

test.each([
  ['', 0],
  ['default,', 8],
  ['default;;default', 8],
  ['kind=Secret,colour=red', 12],
  ['kind=Secret, nonsense', 13],
  ['kind=', 5],
  ['kind=Secret,class=modell', 18],
  ['label:=gold', 0],
])('"%s" is wrong at %i', (text, position) => {
  try {
    parseSelector(text);
  } catch (error) {
    expect(error).toBeInstanceOf(FirebreakError);
    expect(error).toMatchObject({ code: 'FB-SELECTOR-INVALID', detail: { position } });
    return;
  }
  throw new Error('it was accepted');
});

test('any text is read or refused with its code', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'kind=label:,;*\\ x') }), (text) => {
      try {
        selectNodes(graph, text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'FB-SELECTOR-INVALID' });
      }
    }),
  );
});
