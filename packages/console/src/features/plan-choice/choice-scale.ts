/** Where the options stand on the chart: outage to the right, risk upwards, time as the size of the dot. */
import { type Option, optionName } from './option-words.ts';

export interface Place {
  readonly option: Option;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The names of the options that stand in one place, one a line. */
export interface Label {
  /** Where the lines begin, or end when `end` is set. */
  readonly x: number;
  /** Base line of the first. */
  readonly y: number;
  readonly end: boolean;
  readonly names: readonly string[];
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
export const lineHeight = 17;
/** A letter of a name is at the most about so wide. */
const letterWidth = 7.2;
/**
 * Options whose risks lie closer together than the larger share of the largest are told apart on an axis that does not begin at
 * 0; closer than the smaller one they are as good as equal, and the chart must not make a hill of it.
 */
const tooClose = 0.25;
const asGoodAsEqual = 0.01;

export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** What the two axes span. Outage begins at 0, which is what doing nothing interrupts. */
export function axesOf(options: readonly Option[]): { readonly risk: Axis; readonly outage: Axis } {
  const risks = options.map(({ risk }) => risk);
  const [least, most] = [Math.min(...risks), Math.max(...risks)];
  const spread = most - least;
  const close = spread >= asGoodAsEqual * most && spread > 0 && spread < tooClose * most;
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
  return options.map((option) => ({
    option,
    x: x(option.outage),
    y: y(option.risk),
    // The area of a dot says the time, and so its radius the root of it.
    radius: smallest + Math.sqrt(option.seconds / longest) * (largest - smallest),
  }));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Names beside their dots: on the side and at the height where they lie over nothing else. */
export function labelled(places: readonly Place[], frame: Frame): readonly Label[] {
  const taken: Box[] = places.map(({ x, y, radius }) => ({
    left: x - radius,
    right: x + radius,
    top: y - radius,
    bottom: y + radius,
  }));
  const groups = [...Map.groupBy(places, ({ x, y }) => `${Math.round(x)} ${Math.round(y)}`).values()];
  // Those with the most names first: they find room the hardest.
  return groups
    .toSorted((a, b) => b.length - a.length)
    .map((group) => {
      const label = roomFor(group, taken, frame);
      taken.push(boxOf(label));
      return label;
    });
}

function roomFor(group: readonly Place[], taken: readonly Box[], frame: Frame): Label {
  const [{ x, y }] = group as [Place];
  const radius = Math.max(...group.map((place) => place.radius));
  const names = group.map(({ option }) => optionName(option.name));
  const middle = y + 4 - ((names.length - 1) * lineHeight) / 2;
  const shifts = [0, 1, -1, 2, -2, 3, -3, 4, -4, 6, -6, 8, -8].map((lines) => (lines * lineHeight) / 2);
  const tried = shifts.flatMap((shift) =>
    [false, true].map((end): Label => ({ x: end ? x - radius - 6 : x + radius + 6, y: middle + shift, end, names })),
  );
  const free = tried.find((label) => {
    const box = boxOf(label);
    return isWithin(box, frame) && !taken.some((other) => overlaps(box, other));
  });
  return free ?? tried.find((label) => isWithin(boxOf(label), frame)) ?? (tried[0] as Label);
}

export function boxOf({ x, y, end, names }: Label): Box {
  const width = Math.max(...names.map((name) => name.length)) * letterWidth;
  return {
    left: end ? x - width : x,
    right: end ? x : x + width,
    top: y - 11,
    bottom: y + (names.length - 1) * lineHeight + 4,
  };
}

function isWithin({ left, right, top, bottom }: Box, frame: Frame): boolean {
  return left >= 0 && right <= frame.width && top >= frame.top - 14 && bottom <= frame.height - frame.bottom;
}

function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
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
