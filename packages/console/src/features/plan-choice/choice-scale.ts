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

export function placed(options: readonly Option[], frame: Frame): readonly Place[] {
  const most = {
    risk: Math.max(...options.map(({ risk }) => risk), 0) || 1,
    outage: Math.max(...options.map(({ outage }) => outage), 0) || 1,
    seconds: Math.max(...options.map(({ seconds }) => seconds), 0) || 1,
  };
  const points = options.map((option) => ({
    option,
    x: frame.left + (option.outage / most.outage) * (frame.width - frame.left - frame.right),
    y: frame.height - frame.bottom - (option.risk / most.risk) * (frame.height - frame.top - frame.bottom),
    // The area of a dot says the time, and so its radius the root of it.
    radius: smallest + Math.sqrt(option.seconds / most.seconds) * (largest - smallest),
  }));
  return labelled(points, frame);
}

function labelled(points: readonly Omit<Place, 'label'>[], frame: Frame): readonly Place[] {
  const taken: { x: number; y: number }[] = [];
  const byHeight = points.map((point, at) => ({ point, at })).sort((a, b) => a.point.y - b.point.y);
  const labels = new Map<number, Place['label']>();
  for (const { point, at } of byHeight) {
    const end = point.x + point.radius + labelWidth > frame.width;
    const x = end ? point.x - point.radius - 6 : point.x + point.radius + 6;
    const near = end ? x - labelWidth : x;
    let y = point.y + 4;
    while (taken.some((other) => Math.abs(other.y - y) < lineHeight && Math.abs(other.x - near) < labelWidth))
      y += lineHeight;
    taken.push({ x: near, y });
    labels.set(at, { x, y, end });
  }
  return points.map((point, at) => ({ ...point, label: labels.get(at) ?? { x: point.x, y: point.y, end: false } }));
}

/** The line through the front in the order of outage; equal ones are one corner. */
export function frontLine(places: readonly Place[]): string {
  const front = places.filter(({ option }) => option.front).sort((a, b) => a.x - b.x || b.y - a.y);
  return front.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** Round numbers from 0 to at least `most`, few enough to be read. */
export function ticks(most: number): readonly number[] {
  if (!(most > 0)) return [0];
  const rough = most / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((times) => times * unit >= rough) ?? 10) * unit;
  const marks = Math.floor(most / step + 1e-9);
  return Array.from({ length: marks + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}
