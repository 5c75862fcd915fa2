import type { AttackPath } from '@firebreak/contract/graph';
import { expect, test } from 'vitest';
import { likelihoodWord, pathText, techniqueName } from './path-text.ts';

const account = { kind: 'ServiceAccount', id: 'kubernetes:ServiceAccount/ml/predictor', name: 'predictor' };
const pod = { kind: 'Pod', id: 'kubernetes:Pod/ml/a\u202eb', name: 'a\u202eb' };
const path: AttackPath = {
  start: account,
  goal: pod,
  jewel: 'signs models',
  likelihood: 0.81,
  steps: [
    {
      type: 'POD_EXEC',
      from: account,
      with: [pod],
      to: pod,
      group: 'any pod of namespace ml',
      what: 'It opens a shell.',
      why: 'A role allows it.',
      cut: 'Remove the binding.',
      facts: ['kubernetes:RoleBinding/ml/deployer'],
      techniques: ['T1609'],
      likelihood: 0.81,
      traverse: 'seconds',
    },
  ],
};

test('a path reads as text, with holdings, group and facts, and no hidden character', () => {
  expect(pathText(path)).toMatchInlineSnapshot(`
    "Attack path: ServiceAccount predictor -> Pod a⟨U+202E⟩b
    Why it matters: signs models
    1 step, likely works (81 %)

    1. POD_EXEC: ServiceAccount predictor and Pod a⟨U+202E⟩b -> Pod a⟨U+202E⟩b (one of: any pod of namespace ml)
       What: It opens a shell.
       Why: A role allows it.
       Cut: Remove the binding.
       Techniques: T1609
       Facts: kubernetes:RoleBinding/ml/deployer"
  `);
});

test('words for likelihood and techniques', () => {
  expect([1, 0.5, 0.2].map(likelihoodWord)).toEqual([
    'works almost surely (100 %)',
    'likely works (50 %)',
    'may work (20 %)',
  ]);
  expect(['T1609', 'AML.T0010', 'X-1'].map(techniqueName)).toEqual([
    'MITRE ATT&CK T1609',
    'MITRE ATLAS AML.T0010',
    'X-1',
  ]);
});
