/** Replays clients of the small model as events of our telemetry form, and counts who is found, by us and by PRADA, and when. */
import type { NormalEvent, RunningDetector } from '@firebreak/contract';
import { drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import detector from '../../packages/platform/src/detection/stream/extraction/client-queries.ts';
import type { Client } from './clients.ts';
import { honest } from './clients.ts';
import { Prada } from './prada.ts';
import { largest, type Point, type Victim } from './small-model.ts';

const start = Date.parse('2026-11-01T00:00:00Z');

export interface Outcome {
  /** Queries until ours, and until PRADA, said so; undefined when they did not. */
  readonly ours: number | undefined;
  readonly prada: number | undefined;
}

function event(client: string, number: number, time: number): NormalEvent {
  return {
    id: `model-telemetry/${client}/${number}`,
    digest: '',
    time: new Date(time).toISOString(),
    timeIs: 'told',
    source: { format: 'model-telemetry', locator: 'replay' },
    system: 'models',
    actor: { name: client },
    operation: 'inference',
    activity: 'execute',
    targets: [],
    outcome: 'done',
  };
}

function* asked(victim: Victim, name: string, client: Client, queries: number) {
  const draw = drawsFor(name);
  const pace = 4_000 * Math.exp(draw() * 2);
  let time = start;
  let number = 0;
  for (const point of client(victim, draw)) {
    if (number++ >= queries) return;
    time += pace * -Math.log(1 - draw());
    const odds = victim.model.answer(point);
    const label = largest(odds);
    yield {
      seen: { event: event(name, number, time), raw: batchOf(name, point, label, odds[label] as number) },
      point,
      label,
      number,
    };
  }
}

function batchOf(client: string, point: Point, label: number, confidence: number) {
  const features = Object.fromEntries(Array.from(point, (value, place) => [`x${place}`, value]));
  return {
    model: 'small',
    records: [{ client, features, prediction: `c${label}`, confidence }],
  };
}

/** What natural traffic teaches: clients in turns. @returns the state of the detector, and PRADA's limit for one alarm in a hundred */
export function learnNatural(victim: Victim, clients: number, queries: number) {
  const running = detector.start();
  const everybody = Array.from({ length: clients }, (_, number) =>
    asked(victim, `learned from ${number}`, honest, queries),
  );
  const lowest = Array.from({ length: clients }, () => ({ prada: new Prada(), w: 1 }));
  for (let turn = 0; turn < queries; turn++)
    for (const [number, each] of everybody.entries()) {
      const next = each.next().value;
      if (next === undefined) continue;
      if ([...running.see(next.seen)].length > 0) throw new Error('an alarm while it learns');
      const known = lowest[number] as (typeof lowest)[number];
      known.w = Math.min(known.w, known.prada.add(next.point, next.label) ?? 1);
    }
  const ws = lowest.map(({ w }) => w).sort((a, b) => a - b);
  return { state: running.state(), pradaLimit: ws[Math.floor(0.01 * ws.length)] as number };
}

/** One client against a detector that knows natural traffic. */
export function outcomeOf(
  victim: Victim,
  { running, pradaLimit }: { readonly running: RunningDetector; readonly pradaLimit: number },
  name: string,
  client: Client,
  queries: number,
): Outcome {
  const prada = new Prada();
  let [ours, theirs]: (number | undefined)[] = [];
  for (const { seen, point, label, number } of asked(victim, name, client, queries)) {
    if (ours === undefined && [...running.see(seen)].length > 0) ours = number;
    if (theirs === undefined && (prada.add(point, label) ?? 1) < pradaLimit) theirs = number;
    if (ours !== undefined && theirs !== undefined) break;
  }
  return { ours, prada: theirs };
}
