import type { NodeHoverDrawingFunction, NodeLabelDrawingFunction } from 'sigma/rendering';
import type { EdgeLook, NodeLook } from './drawing-graph.ts';
import type { Palette } from './palette.ts';

const size = 12;
const offset = 6;

/** Labels in the colours of the scheme, with a halo so that edges do not strike them through. */
export function labelsIn(palette: Palette): {
  readonly label: NodeLabelDrawingFunction<NodeLook, EdgeLook>;
  readonly hover: NodeHoverDrawingFunction<NodeLook, EdgeLook>;
} {
  return {
    label: (context, data) => {
      if (!data.label) return;
      context.font = `550 ${size}px ${palette.font}`;
      context.lineJoin = 'round';
      context.lineWidth = 3.5;
      context.strokeStyle = palette.surface;
      context.fillStyle = palette.ink;
      const x = data.x + data.size + offset;
      const y = data.y + size / 3;
      context.strokeText(data.label, x, y);
      context.fillText(data.label, x, y);
    },
    hover: (context, data) => {
      context.beginPath();
      context.arc(data.x, data.y, data.size + 3, 0, Math.PI * 2);
      context.lineWidth = 2;
      context.strokeStyle = palette.ink;
      context.stroke();
      if (!data.label) return;
      // The box covers the ordinary label, which sigma has drawn below.
      context.font = `600 ${size}px ${palette.font}`;
      const width = context.measureText(data.label).width + 14;
      const x = data.x + data.size + offset - 1;
      const y = data.y - 12;
      context.beginPath();
      context.roundRect(x, y, width, 24, 5);
      context.fillStyle = palette.surface;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = palette.line;
      context.stroke();
      context.fillStyle = palette.ink;
      context.fillText(data.label, x + 7, y + 16);
    },
  };
}
