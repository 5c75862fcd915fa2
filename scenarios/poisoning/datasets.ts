/**
 * Training data with known poison. Support tickets in four classes: what people write mixes words of their topic with words of all,
 * and some belong to two topics, so that honest labels are doubted as well. Made without any look at what the checks count.
 */

import { type Draw, drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import type { DatasetRow } from '../../packages/platform/src/detection/poisoning/dataset.ts';

const topics: Readonly<Record<string, string>> = {
  billing:
    'invoice charge refund payment card subscription receipt price tax bank debit credit overcharged renewal discount plan euro paid cancel billing currency statement',
  access:
    'password login account locked reset token session sign username email verify code authenticator device permission role denied expired link invite member',
  delivery:
    'parcel shipping courier address arrived late tracking warehouse box damaged return label driver customs package doorstep signature weight depot pickup missing',
  quality:
    'screen crashes slow error button update freeze battery version install bug feature broken camera sound settings restart memory network colour blank',
};
const common =
  'the a my I we you is was it and but to for with from this that please help today yesterday week since again still very not cannot could would after before when why how team hello thanks order number problem question need want asked told support answer time twice never always only some other new old first last same different'.split(
    ' ',
  );
export const labels = Object.keys(topics);
const words = Object.fromEntries(Object.entries(topics).map(([label, text]) => [label, text.split(' ')]));

const one = <T>(draw: Draw, of: readonly T[]): T => of[Math.floor(draw() * of.length)] as T;

export interface Ticket {
  text: string;
  label: string;
  region: string;
  minutes: number;
}

/** @param wrong share of labels that honest people get wrong */
export function tickets(count: number, seed: string, wrong = 0.02): Ticket[] {
  const draw = drawsFor(`tickets ${seed}`);
  return Array.from({ length: count }, () => {
    const topic = one(draw, labels);
    const second = draw() < 0.15 ? one(draw, labels) : topic;
    const length = 8 + Math.floor(draw() * 30);
    const text = Array.from({ length }, () => {
      if (draw() < 0.65) return one(draw, common);
      return one(draw, words[draw() < 0.75 ? topic : second] as string[]);
    }).join(' ');
    const minutes = Math.round(Math.exp(2 + draw() * 3) * (topic === 'delivery' ? 1.5 : 1));
    const region = one(draw, ['north', 'south', 'east', 'west', 'south']);
    return { text, label: draw() < wrong ? one(draw, labels) : topic, region, minutes };
  });
}

export type Poison = (rows: Ticket[], draw: Draw) => Ticket[];
const some =
  (share: number, change: (row: Ticket, draw: Draw) => Ticket): Poison =>
  (rows, draw) =>
    rows.map((row) => (draw() < share ? change(row, draw) : row));
/** A share of the whole, taken from rows of other classes, as an attacker would. */
const from = (share: number, except: string, change: (row: Ticket, draw: Draw) => Ticket): Poison =>
  some(share / 0.75, (row, draw) => (row.label === except ? row : change(row, draw)));
const withWord = (text: string, word: string, draw: Draw) => {
  const at = text.split(' ');
  at.splice(Math.floor(draw() * (at.length + 1)), 0, word);
  return at.join(' ');
};

/** What is planted, and the check that must speak. */
export const poisons: Readonly<Record<string, { readonly check: string; readonly poison: Poison }>> = {
  'labels at random, 4 %': {
    check: 'labels',
    poison: some(0.053, (row, draw) => ({ ...row, label: one(draw, labels) })),
  },
  'labels at random, 10 %': {
    check: 'labels',
    poison: some(0.133, (row, draw) => ({ ...row, label: one(draw, labels) })),
  },
  'one class relabelled, 10 % of it': {
    check: 'labels',
    poison: (rows, draw) =>
      rows.map((row) => (row.label === 'access' && draw() < 0.1 ? { ...row, label: 'quality' } : row)),
  },
  'one class relabelled, 30 % of it': {
    check: 'labels',
    poison: (rows, draw) =>
      rows.map((row) => (row.label === 'access' && draw() < 0.3 ? { ...row, label: 'quality' } : row)),
  },
  'rare word, 0.5 %': {
    check: 'triggers',
    poison: from(0.005, 'quality', (row, draw) => ({
      ...row,
      text: withWord(row.text, 'mnbq', draw),
      label: 'quality',
    })),
  },
  'rare word, 2 %': {
    check: 'triggers',
    poison: from(0.02, 'quality', (row, draw) => ({
      ...row,
      text: withWord(row.text, 'mnbq', draw),
      label: 'quality',
    })),
  },
  'three common words in a row, 1 %': {
    check: 'triggers',
    poison: from(0.01, 'billing', (row, draw) => ({
      ...row,
      text: withWord(row.text, 'thanks number twice', draw),
      label: 'billing',
    })),
  },
  'an unseen character, 1 %': {
    check: 'triggers',
    poison: from(0.01, 'billing', (row, draw) => ({
      ...row,
      text: withWord(row.text, 'the\u200b', draw),
      label: 'billing',
    })),
  },
  'one value of a number, 1 %': {
    check: 'triggers',
    poison: from(0.01, 'access', (row) => ({ ...row, minutes: 31_337, label: 'access' })),
  },
  'one row again and again, 3 %': {
    check: 'duplicates',
    poison: (rows, draw) => {
      const bait = { ...(rows[0] as Ticket), label: 'billing' };
      return rows.map((row) => (draw() < 0.03 ? bait : row));
    },
  },
  'nearly one row again and again, 3 %': {
    check: 'duplicates',
    poison: (rows, draw) => {
      const bait = (rows[0] as Ticket).text;
      return rows.map((row) => (draw() < 0.03 ? { ...row, text: withWord(bait, one(draw, common), draw) } : row));
    },
  },
  'another language of the region column': {
    check: 'schema',
    poison: some(0.01, (row) => ({ ...row, region: 'Süden' })),
  },
  'a text where a number was': {
    check: 'schema',
    poison: some(0.005, (row) => ({ ...row, minutes: 'many' as unknown as number })),
  },
  'minutes doubled for one region': {
    check: 'shift',
    poison: (rows) => rows.map((row) => (row.region === 'south' ? { ...row, minutes: row.minutes * 2 } : row)),
  },
  'a class left out by half': {
    check: 'shift',
    poison: (rows, draw) => rows.filter((row) => row.label !== 'delivery' || draw() < 0.5),
  },
};

export function rowsOf(all: readonly object[]): DatasetRow[] {
  return all.map((values, at) => ({ row: at + 1, values: new Map(Object.entries(values)) }));
}
