import type { Drawing } from '@firebreak/contract/routes';

/** Whether the drawing shows what a plan would change. */
export function showsPlan(drawing: Drawing): boolean {
  return drawing.nodes.some((node) => node.role === 'safe') || drawing.edges.some((edge) => edge.severed);
}

/**
 * The drawing without the plan. The server marks what the plan severs and saves as soon as there is a plan; until it has
 * been carried out, the attacker reaches all of it, and the first picture that people see must say so.
 */
export function presentDrawing(drawing: Drawing, jewels: ReadonlySet<string>): Drawing {
  if (!showsPlan(drawing)) return drawing;
  return {
    ...drawing,
    nodes: drawing.nodes.map((node) =>
      node.role === 'safe' ? { ...node, role: jewels.has(node.id) ? 'jewel' : 'reached' } : node,
    ),
    edges: drawing.edges.map((edge) => (edge.severed ? { ...edge, severed: false } : edge)),
  };
}
