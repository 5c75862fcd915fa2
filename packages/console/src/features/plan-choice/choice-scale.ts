/** Where the options stand on the chart: outage to the right, risk upwards, time as the size of the dot. */
import type { Option } from './option-words.ts';

export interface Place {
  readonly option: Option;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Where the name stands, so that no two names lie over each other. */
  readonly label: { readonly x: number; readonly y: number; readonly end: boolean };
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const smallest = 6;
const largest = 15;
const lineHeight = 17;
/** Wider than any name of an option. */
const labelWidth = 150;
/** Options whose risks are closer than this share of the largest are told apart on an axis that does not begin at 0. */
const tooClose = 0.25;

export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** What the two axes span. Outage begins at 0, which is what doing nothing interrupts. */
export function axesOf(options: readonly Option[]): { readonly risk: Axis; readonly outage: Axis } {
  const risks = options.map(({ risk }) => risk);
  const [least, most] = [Math.min(...risks), Math.max(...risks)];
  const spread = most - least;
  const close = spread > 0 && spread < tooClose * most;
  return {
    risk: close ? { from: least - spread / 2, to: most } : { from: 0, to: most || 1 },
    outage: { from: 0, to: Math.max(...options.map(({ outage }) => outage)) || 1 },
  };
}

/** Where values of the axes stand in the frame. */
export function placing({ risk, outage }: ReturnType<typeof axesOf>, frame: Frame) {
  return {
    x: (value: number) =>
      frame.left + ((value - outage.from) / (outage.to - outage.from)) * (frame.width - frame.left - frame.right),
    y: (value: number) =>
      frame.height -
      frame.bottom -
      ((value - risk.from) / (risk.to - risk.from)) * (frame.height - frame.top - frame.bottom),
  };
}

export function placed(options: readonly Option[], frame: Frame): readonly Place[] {
  const { x, y } = placing(axesOf(options), frame);
  const longest = Math.max(...options.map(({ seconds }) => seconds)) || 1;
  const points = options.map((option) => ({
    option,
    x: x(option.outage),
    y: y(option.risk),
    // The area of a dot says the time, and so its radius the root of it.
    radius: smallest + Math.sqrt(option.seconds / longest) * (largest - smallest),
  }));
  return labelled(points, frame);
}

type Point = Omit<Place, 'label'>;

function labelled(points: readonly Point[], frame: Frame): readonly Place[] {
  const taken: { x: number; y: number }[] = [];
  const byHeight = points.map((point, at) => ({ point, at })).sort((a, b) => a.point.y - b.point.y);
  const labels = new Map<number, Place['label']>();
  for (const { point, at } of byHeight) {
    const end = point.x + point.radius + labelWidth > frame.width;
    const x = end ? point.x - point.radius - 6 : point.x + point.radius + 6;
    const near = end ? x - labelWidth : x;
    let y = point.y + 4;
    const isTaken = () =>
      taken.some((other) => Math.abs(other.y - y) < lineHeight && Math.abs(other.x - near) < labelWidth) ||
      points.some((dot) => liesOver(dot, near, y));
    while (isTaken()) y += lineHeight;
    taken.push({ x: near, y });
    labels.set(at, { x, y, end });
  }
  return points.map((point, at) => ({ ...point, label: labels.get(at) ?? { x: point.x, y: point.y, end: false } }));
}

/** Whether a dot lies over a name that begins at x on the base line y. */
function liesOver({ x: centre, y: height, radius }: Point, x: number, y: number): boolean {
  const beside = centre + radius < x || centre - radius > x + labelWidth;
  const apart = height + radius < y - 11 || height - radius > y + 4;
  return !beside && !apart;
}

/** The line through the front in the order of outage; equal ones are one corner. */
export function frontLine(places: readonly Place[]): string {
  const front = places.filter(({ option }) => option.front).sort((a, b) => a.x - b.x || b.y - a.y);
  return front.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** Round numbers on an axis, few enough to be read. */
export function ticks({ from, to }: Axis): readonly number[] {
  const rough = (to - from) / 4;
  if (!(rough > 0)) return [from];
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((times) => times * unit >= rough) ?? 10) * unit;
  const first = Math.ceil(from / step - 1e-9);
  const marks = Math.floor(to / step + 1e-9) - first;
  return Array.from({ length: marks + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}
