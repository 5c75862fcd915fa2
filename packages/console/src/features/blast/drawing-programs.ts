/**
 * What the graphics card draws. Roles differ in shape as well as in colour: a disc is reached, a diamond is a crown jewel, a
 * disc in a ring is compromised, an empty ring is safe. Severed edges are dashed. Only the outlines are ours; geometry,
 * picking and sizes stay sigma's, whose vertex shaders give `v_diffVector` (from the centre) and `v_radius` in graph units.
 */
import { EdgeRectangleProgram, NodeCircleProgram } from 'sigma/rendering';
import type { EdgeLook, NodeLook } from './drawing-graph.ts';

/** `distance` is a GLSL expression of `p` (the centre is 0, the rim is 1): negative inside of the shape. */
function outline(distance: string) {
  const source = `
precision highp float;
varying vec4 v_color;
varying vec2 v_diffVector;
varying float v_radius;
uniform float u_correctionRatio;
void main(void) {
  vec2 p = v_diffVector / v_radius;
  float softness = u_correctionRatio * 2.0 / v_radius;
  float d = ${distance};
  #ifdef PICKING_MODE
  if (length(p) > 1.0) discard;
  gl_FragColor = v_color;
  #else
  gl_FragColor = mix(v_color, vec4(0.0), smoothstep(-softness, 0.0, d));
  #endif
}`;
  return class extends NodeCircleProgram<NodeLook, EdgeLook> {
    override getDefinition() {
      return { ...super.getDefinition(), FRAGMENT_SHADER_SOURCE: source };
    }
  };
}

export const nodePrograms = {
  reached: outline('length(p) - 1.0'),
  jewel: outline('abs(p.x) + abs(p.y) - 1.0'),
  compromised: outline('min(length(p) - 0.58, abs(length(p) - 0.89) - 0.11)'),
  safe: outline('abs(length(p) - 0.72) - 0.28'),
};

const dash = { length: 10, share: 0.55 };

/** Sigma's straight edge, cut into dashes of a fixed length on the screen. */
export class SeveredEdgeProgram extends EdgeRectangleProgram<NodeLook, EdgeLook> {
  override getDefinition() {
    const { VERTEX_SHADER_SOURCE, FRAGMENT_SHADER_SOURCE, ...rest } = super.getDefinition();
    return {
      ...rest,
      // Two correction ratios are one pixel in graph units.
      VERTEX_SHADER_SOURCE: VERTEX_SHADER_SOURCE.replace(
        'varying vec4 v_color;',
        'varying vec4 v_color;\nvarying float v_along;',
      ).replace(
        'void main() {',
        'void main() {\n  v_along = a_positionCoef * length(a_positionEnd - a_positionStart) / (2.0 * u_correctionRatio);',
      ),
      FRAGMENT_SHADER_SOURCE: FRAGMENT_SHADER_SOURCE.replace(
        'varying vec4 v_color;',
        'varying vec4 v_color;\nvarying float v_along;',
      ).replace(
        'void main(void) {',
        `void main(void) {\n  if (fract(v_along / ${dash.length.toFixed(1)}) > ${dash.share.toFixed(2)}) discard;`,
      ),
    };
  }
}
