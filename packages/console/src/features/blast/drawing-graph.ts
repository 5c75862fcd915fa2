import type { Drawing } from '@firebreak/contract/routes';
import { MultiDirectedGraph } from 'graphology';
import { shorten, visible } from '../../ui/visible.ts';
import type { Palette } from './palette.ts';

export interface NodeLook {
  x: number;
  y: number;
  size: number;
  color: string;
  label: string;
  type: 'compromised' | 'reached' | 'jewel' | 'safe';
  forceLabel: boolean;
  zIndex: number;
  assetClass: string;
}
export interface EdgeLook {
  size: number;
  color: string;
  type: 'live' | 'severed';
  zIndex: number;
}
export type DrawingGraph = MultiDirectedGraph<NodeLook, EdgeLook>;

const radius = { compromised: 9, jewel: 7, reached: 4, safe: 4 } as const;
/** With more jewels than this, their labels would cover the drawing. */
const mostLabelled = 30;
const above = { safe: 0, reached: 1, jewel: 2, compromised: 3 } as const;

/** The drawing as a graph that sigma can show. Positions are the server's; an edge without both its nodes is left out. */
export function graphOf(drawing: Drawing, palette: Palette): DrawingGraph {
  const graph: DrawingGraph = new MultiDirectedGraph();
  // Few nodes may be large, thousands must leave room for each other.
  const scale = Math.min(1.5, 10 / Math.sqrt(Math.max(1, drawing.nodes.length)) + 0.6);
  const jewels = drawing.nodes.filter((node) => node.role === 'jewel').length;
  for (const node of drawing.nodes) {
    graph.mergeNode(node.id, {
      x: node.x,
      y: node.y,
      size: radius[node.role] * scale,
      color: palette.roles[node.role],
      label: shorten(visible(node.label), 42),
      type: node.role,
      forceLabel: node.role === 'compromised' || (node.role === 'jewel' && jewels <= mostLabelled),
      zIndex: above[node.role],
      assetClass: node.class,
    });
  }
  const many = drawing.edges.length > 300;
  const colourOf = (edge: Drawing['edges'][number]) => {
    if (edge.severed) return palette.severed;
    // A step that starts where the attacker no longer gets to leads nowhere.
    if (graph.getNodeAttribute(edge.from, 'type') === 'safe') return palette.faded;
    return many ? palette.edgeOfMany : palette.edge;
  };
  for (const edge of drawing.edges) {
    if (!graph.hasNode(edge.from) || !graph.hasNode(edge.to)) continue;
    graph.addDirectedEdge(edge.from, edge.to, {
      size: many ? 1.1 : 1.5,
      color: colourOf(edge),
      type: edge.severed ? 'severed' : 'live',
      zIndex: edge.severed ? 1 : 0,
    });
  }
  return graph;
}
