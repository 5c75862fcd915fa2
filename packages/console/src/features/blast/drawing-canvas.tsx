/**
 * The drawing itself: sigma over WebGL. React owns what is selected and hidden, sigma owns the camera and the pixels; the
 * graph is rebuilt only when the drawing or the colour scheme changes, and the camera stays where it was.
 *
 * It is loaded on demand. Everything in it is also in the table, so a browser without WebGL loses no information: `onFailure`
 * is called and the caller says so.
 */
import type { Drawing } from '@firebreak/contract/routes';
import { ActionIcon, Tooltip, useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import Sigma from 'sigma';
import { EdgeArrowProgram, EdgeRectangleProgram } from 'sigma/rendering';
import classes from './drawing-canvas.module.css';
import { type EdgeLook, graphOf, type NodeLook } from './drawing-graph.ts';
import { labelsIn } from './drawing-labels.ts';
import { nodePrograms, SeveredEdgeProgram } from './drawing-programs.ts';
import { type Palette, readPalette } from './palette.ts';

interface DrawingCanvasProps {
  readonly drawing: Drawing;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  /** Classes that are not shown. */
  readonly hidden: ReadonlySet<string>;
  /** Moves the camera to this node whenever the object changes. */
  readonly goTo: { readonly id: string } | null;
  readonly label: string;
  readonly onFailure: () => void;
}

interface View {
  focus: string | null;
  selected: string | null;
  hidden: ReadonlySet<string>;
  palette: Palette;
  near: ReadonlySet<string>;
}

export function DrawingCanvas(props: DrawingCanvasProps) {
  const { drawing, selected, onSelect, hidden, goTo, label, onFailure } = props;
  const container = useRef<HTMLDivElement>(null);
  const sigma = useRef<Sigma<NodeLook, EdgeLook> | null>(null);
  const view = useRef<View | null>(null);
  const scheme = useComputedColorScheme('light');
  const still = useReducedMotion();
  const latest = useRef({ onSelect, onFailure });
  latest.current = { onSelect, onFailure };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the palette depends on the scheme through the style sheet
  useEffect(() => {
    if (container.current === null) return;
    const palette = readPalette();
    const graph = graphOf(drawing, palette);
    const { label: drawLabel, hover: drawHover } = labelsIn(palette);
    const settings = { defaultDrawNodeLabel: drawLabel, defaultDrawNodeHover: drawHover };
    if (sigma.current !== null && view.current !== null) {
      view.current.palette = palette;
      sigma.current.setSettings(settings);
      sigma.current.setGraph(graph);
      look(sigma.current, view.current, view.current.focus);
      return;
    }
    view.current = { focus: null, selected: null, hidden: new Set(), palette, near: new Set() };
    try {
      sigma.current = open(container.current, graph, settings, view.current, (id) => latest.current.onSelect(id));
    } catch {
      latest.current.onFailure();
    }
  }, [drawing, scheme]);

  useEffect(() => {
    const frame = container.current;
    const lost = () => latest.current.onFailure();
    frame?.addEventListener('webglcontextlost', lost, true);
    return () => {
      frame?.removeEventListener('webglcontextlost', lost, true);
      sigma.current?.kill();
      sigma.current = null;
    };
  }, []);

  useEffect(() => {
    if (sigma.current === null || view.current === null) return;
    view.current.selected = selected;
    view.current.hidden = hidden;
    look(sigma.current, view.current, selected);
  }, [selected, hidden]);

  useEffect(() => {
    const at = goTo === null ? undefined : sigma.current?.getNodeDisplayData(goTo.id);
    if (at === undefined) return;
    const camera = sigma.current?.getCamera();
    const state = { x: at.x, y: at.y, ratio: Math.min(camera?.ratio ?? 1, 0.35) };
    if (still) camera?.setState(state);
    else void camera?.animate(state, { duration: 350 });
  }, [goTo, still]);

  const zoom = (factor: number) => {
    const camera = sigma.current?.getCamera();
    if (camera === undefined) return;
    const state = { ratio: camera.getBoundedRatio(camera.ratio * factor) };
    if (still) camera.setState(state);
    else void camera.animate(state, { duration: 160 });
  };
  const all = () => sigma.current?.getCamera().setState({ x: 0.5, y: 0.5, ratio: 1 });
  const move = (dx: number, dy: number) => {
    const camera = sigma.current?.getCamera();
    camera?.setState({ x: camera.x + dx * camera.ratio, y: camera.y + dy * camera.ratio });
  };
  const actionOf = (key: string): (() => void) | undefined => {
    switch (key) {
      case 'ArrowLeft':
        return () => move(-0.08, 0);
      case 'ArrowRight':
        return () => move(0.08, 0);
      case 'ArrowUp':
        return () => move(0, 0.08);
      case 'ArrowDown':
        return () => move(0, -0.08);
      case '+':
        return () => zoom(1 / 1.4);
      case '-':
        return () => zoom(1.4);
      case '0':
        return all;
      case 'Escape':
        return () => onSelect(null);
      default:
        return undefined;
    }
  };
  const press = (event: KeyboardEvent) => {
    const run = event.ctrlKey || event.metaKey || event.altKey ? undefined : actionOf(event.key);
    if (run === undefined) return;
    event.preventDefault();
    run();
  };

  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing that moves by keys has no element of its own */}
      <div
        ref={container}
        className={classes.canvas}
        role="group"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it listens to the arrow keys
        tabIndex={0}
        onKeyDown={press}
      />
      <div className={classes.zoom}>
        <ZoomButton label="Zoom in" onClick={() => zoom(1 / 1.4)} Icon={IconPlus} />
        <ZoomButton label="Zoom out" onClick={() => zoom(1.4)} Icon={IconMinus} />
        <ZoomButton label="Show all" onClick={all} Icon={IconFocusCentered} />
      </div>
    </div>
  );
}

function ZoomButton(props: { readonly label: string; readonly onClick: () => void; readonly Icon: typeof IconPlus }) {
  return (
    <Tooltip label={props.label} position="left">
      <ActionIcon variant="default" size={30} aria-label={props.label} onClick={props.onClick}>
        <props.Icon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

function open(
  container: HTMLElement,
  graph: ReturnType<typeof graphOf>,
  settings: object,
  view: View,
  select: (id: string | null) => void,
): Sigma<NodeLook, EdgeLook> {
  const renderer: Sigma<NodeLook, EdgeLook> = new Sigma<NodeLook, EdgeLook>(graph, container, {
    ...settings,
    nodeProgramClasses: nodePrograms,
    // Hovering draws the same shapes again above the rest.
    nodeHoverProgramClasses: nodePrograms,
    edgeProgramClasses: { live: EdgeRectangleProgram, severed: SeveredEdgeProgram, step: EdgeArrowProgram },
    zIndex: true,
    stagePadding: 42,
    minCameraRatio: 0.01,
    maxCameraRatio: 3,
    minEdgeThickness: 0.9,
    antiAliasingFeather: 0.6,
    labelDensity: 0.6,
    labelGridCellSize: 110,
    labelRenderedSizeThreshold: 5.5,
    hideEdgesOnMove: graph.size > 30_000,
    nodeReducer: (id, node) => {
      if (view.hidden.has(node.assetClass)) return { ...node, hidden: true };
      if (view.focus === null) return node;
      if (id === view.focus) return { ...node, highlighted: true, forceLabel: true, zIndex: 9 };
      if (view.near.has(id)) return { ...node, forceLabel: view.near.size <= 24, zIndex: 8 };
      return { ...node, color: view.palette.faded, label: null, forceLabel: false, zIndex: 0 };
    },
    edgeReducer: (id, edge) => {
      if (view.focus === null) return edge;
      if (!renderer.getGraph().hasExtremity(id, view.focus)) return { ...edge, color: view.palette.faded };
      const type = edge.type === 'severed' ? 'severed' : 'step';
      return { ...edge, type, color: view.palette.selected, size: 1.8, zIndex: 5 };
    },
  });
  renderer.on('clickNode', ({ node }) => select(node));
  renderer.on('clickStage', () => select(null));
  renderer.on('enterNode', ({ node }) => {
    container.style.cursor = 'pointer';
    look(renderer, view, node);
  });
  renderer.on('leaveNode', () => {
    container.style.cursor = '';
    look(renderer, view, view.selected);
  });
  return renderer;
}

/** Brings one node and its neighbours forward, or all of them when there is no focus. */
function look(renderer: Sigma<NodeLook, EdgeLook>, view: View, focus: string | null): void {
  const graph = renderer.getGraph();
  view.focus = focus !== null && graph.hasNode(focus) ? focus : null;
  view.near = new Set(view.focus === null ? [] : graph.neighbors(view.focus));
  renderer.refresh({ skipIndexation: true });
}
