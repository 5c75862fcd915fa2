import { drawingSchema } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { drawingOf } from './drawing.ts';
import { group, smallWorld, step, thing } from './small-world.ts';

/** One account that reaches 300 pods through a group, and one of them a jewel far behind the others in the alphabet. */
const names = Array.from({ length: 300 }, (_, at) => `Pod/prod/p${String(at).padStart(3, '0')}`);
const graph = smallWorld({
  nodes: [
    ...names.map((name) => thing(name)),
    thing('Secret/prod/key', { class: 'credential', jewel: 'it opens all' }),
  ],
  edges: {
    ASSUME: [step('User/eve', 'ServiceAccount/prod/sa')],
    EXEC: [step('ServiceAccount/prod/sa', group('pods', names))],
    READ: [step('Pod/prod/p299', 'Secret/prod/key'), step('Pod/prod/p298', 'Secret/prod/key')],
  },
});
const eve = graph.resolve('User/eve');

test('every reached node has a place of its own, further right the more hops it is away', () => {
  const drawing = drawingSchema.parse(drawingOf(graph, [eve], { max: 5000 }));
  expect(drawing.omitted).toBe(0);
  expect(drawing.nodes).toHaveLength(303);
  const places = new Set(drawing.nodes.map(({ x, y }) => `${x},${y}`));
  expect(places.size).toBe(drawing.nodes.length);
  for (let hops = 1; hops <= 3; hops += 1) {
    const xs = (of: number) => drawing.nodes.filter((node) => node.hops === of).map(({ x }) => x);
    expect(Math.min(...xs(hops))).toBeGreaterThan(Math.max(...xs(hops - 1)));
  }
  expect(drawing).toEqual(drawingOf(graph, [eve], { max: 5000 }));
  const ids = new Set(drawing.nodes.map(({ id }) => id));
  expect(drawing.edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
  expect(drawing.edges).toHaveLength(302);
});

test('a small drawing keeps the way to the jewel and says how much it leaves out', () => {
  const drawing = drawingOf(graph, [eve], { max: 10 });
  expect(drawing.nodes).toHaveLength(10);
  expect(drawing.omitted).toBe(293);
  const role = (text: string) => drawing.nodes.find(({ id }) => id === `test:${text}`)?.role;
  expect(role('User/eve')).toBe('compromised');
  expect(role('ServiceAccount/prod/sa')).toBe('reached');
  expect(role('Secret/prod/key')).toBe('jewel');
  const towards = drawing.edges.filter(({ to }) => to === 'test:Secret/prod/key');
  expect(towards).toHaveLength(1);
});

test('what a plan severs is marked, and what it saves is safe', () => {
  const severed = [298, 299].map((at) => ({
    type: 'EXEC',
    from: 'test:ServiceAccount/prod/sa',
    to: `test:Pod/prod/p${at}`,
  }));
  const drawing = drawingOf(graph, [eve], { max: 5000, severed });
  const safe = drawing.nodes.filter((node) => node.role === 'safe').map(({ id }) => id);
  expect(safe.sort()).toEqual(['test:Pod/prod/p298', 'test:Pod/prod/p299', 'test:Secret/prod/key']);
  expect(drawing.edges.filter((edge) => edge.severed).map(({ to }) => to)).toEqual(severed.map(({ to }) => to));
});
