import { completeness, type Gap } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { smallWorld, step, thing } from '../graph/small-world.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import { bareWorld, run, testTerminal } from './testing/run.ts';

/** Clears the screen, sets the title, turns the direction, starts a line of its own. */
const evil = 'x\u001b[2J\u009b1m\u001b]0;owned\u0007\u202e\nok    verified';
const gap: Gap = { kinds: ['*'], where: evil, code: 'FB-YAML-INVALID', reason: evil, next: evil };
const graph = smallWorld({
  nodes: [
    thing(`Pod/prod/${evil}`),
    thing(`Secret/prod/${evil}`, { class: 'credential', jewel: evil, detail: { image: evil } }),
  ],
  edges: { SECRET_READ: [step(`Pod/prod/${evil}`, `Secret/prod/${evil}`, { note: evil })] },
  gaps: [gap],
});
const world = bareWorld({
  open: async (specs) => ({ specs, estate: graph.estate, gaps: [gap], actions: [], graph: () => graph }),
  plan: async (_, { compromised, protect }) =>
    makePlan(
      graph,
      { compromised: compromised.map((text) => graph.resolve(text)), protect, actions: [] },
      await loadSolver(),
    ),
  check: async ({ digest }) => ({
    ok: false,
    digest,
    checks: [{ check: evil, ok: false, detail: evil }],
    completeness: completeness([gap], 'any'),
  }),
});
const pod = `test:Pod/prod/${evil}`;

const colour = new RegExp(`${String.fromCharCode(0x1b)}\\[\\d+m`, 'g');
const withoutColours = (text: string) => text.replaceAll(colour, '');

test.each([
  ['collect', ['collect', '--from', evil]],
  ['nodes', ['nodes', '--from', 'x']],
  ['edges', ['edges', '--from', 'x']],
  ['blast', ['blast', '--from', 'x', '--compromised', pod]],
  ['paths', ['paths', '--from', 'x', '--start', pod]],
  ['paths to nowhere', ['paths', '--from', 'x', '--start', `test:Secret/prod/${evil}`, '--goal', pod]],
  ['plan', ['plan', '--from', 'x', '--compromised', pod]],
  ['a name that nobody has', ['blast', '--from', 'x', '--compromised', `${evil}${evil}`]],
])('%s: a terminal is shown hostile names and obeys none', async (_, argv) => {
  for (const flags of [[], ['--json']]) {
    const { out, err } = await run(world, [...argv, ...flags]);
    const said = withoutColours(out + err);
    expect(said).toContain('u001b');
    // line breaks are our own, and none of them begins what a name wanted to begin
    expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(said).not.toMatch(/^ok {4}verified/m);
  }
});

test('plan check: the same', async () => {
  const { out: plan } = await run(world, ['plan', '--from', 'x', '--compromised', pod, '--json']);
  const { out, err, exit } = await run(world, ['plan', 'check', '-', '--from', 'x'], testTerminal(plan));
  expect(exit).toBe(1);
  const said = withoutColours(out + err);
  expect(said).toContain('FAIL  x\\u001b[2J');
  expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
