/** The format, by a parser as strict as its description; and that labels are bounded whoever sends what. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exposition, type Family } from './exposition.ts';
import { familiesOf } from './figures.ts';
import { parseExposition } from './testing/strict-parser.ts';

const label = fc.record({ labels: fc.dictionary(fc.constantFrom('a', 'b_c', 'd9'), fc.string()), value: fc.double() });
test('whatever the values are, what was written is what is read', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.uniqueArray(label, { selector: ({ labels }) => JSON.stringify(Object.entries(labels).sort()), minLength: 1 }),
      (help, samples) => {
        const family: Family = { name: 'firebreak_x_total', type: 'counter', help, samples };
        const read = parseExposition(exposition([family]));
        expect(read).toEqual([
          {
            name: family.name,
            type: 'counter',
            help,
            samples: samples.map(({ labels, value }) => ({
              name: family.name,
              labels: { ...labels },
              value: Object.is(value, -0) ? 0 : value,
            })),
          },
        ]);
      },
    ),
  );
  expect(exposition([{ name: 'a', type: 'gauge', help: '', samples: [] }])).toBe('');
});

const figures = {
  version: '1.2.3',
  intake: {
    line: {
      taken: 1,
      duplicates: 0,
      passed: 0,
      unreadable: [],
      refused: 2,
      heldBack: 1,
      redacted: [{ kind: 'email', places: 3 }],
      waiting: 4,
      room: 5,
    },
    sources: Array.from({ length: 300 }, (_, at) => ({
      source: `sender "${at}"\n`,
      format: at % 2 === 0 ? 'cloudtrail' : `made up ${at}`,
      taken: 1,
      duplicates: 2,
      passed: 0,
      unreadable: 0,
      last: '',
    })),
    echoes: [{ format: 'ocsf-finding', events: 7 }],
  },
  watch: undefined,
  newestEvent: 9,
  outlets: [{ outlet: 'siem', kind: 'webhook', told: 3, refused: 1, lastTold: null, trouble: null, refusals: [] }],
  database: {
    bytes: 10,
    connections: 2,
    detections: [
      { family: 'sigma', severity: 3, count: 4 },
      ...Array.from({ length: 50 }, (_, at) => ({ family: `invented ${at}`, severity: 1, count: 1 })),
    ],
    openIncidents: [
      { severity: 'high', count: 2 },
      { severity: null, count: 1 },
    ],
    executions: [{ direction: 'contain', state: 'done', count: 1 }],
    outlets: [
      { outlet: 'siem', backlog: 12 },
      { outlet: 'was-removed', backlog: 99 },
    ],
    rotation: [{ state: 'open', count: 5 }],
  },
  databaseSeconds: 0.01,
};

test('senders and what they call things are no labels', () => {
  const text = exposition(familiesOf(figures));
  const families = parseExposition(text);
  const samples = families.flatMap((family) => family.samples);
  expect(samples.length).toBeLessThan(60);
  expect(text).not.toMatch(/sender|made up|invented|was-removed/);
  const value = (name: string, labels: object) =>
    samples.find((each) => each.name === name && JSON.stringify(each.labels) === JSON.stringify(labels))?.value;
  expect(value('firebreak_intake_events_total', { format: 'cloudtrail', became: 'duplicate' })).toBe(300);
  expect(value('firebreak_intake_events_total', { format: 'other', became: 'kept' })).toBe(150);
  expect(value('firebreak_detections', { family: 'other', severity: 'low' })).toBe(50);
  expect(value('firebreak_open_incidents', { severity: 'unjudged' })).toBe(1);
  expect(value('firebreak_outlet_backlog', { outlet: 'siem' })).toBe(12);
  expect(value('firebreak_database_up', {})).toBe(1);
});

test('a database that does not answer is said, and what it would have told is left out', () => {
  const families = parseExposition(exposition(familiesOf({ ...figures, database: undefined, newestEvent: undefined })));
  expect(families.find(({ name }) => name === 'firebreak_database_up')?.samples[0]?.value).toBe(0);
  expect(families.some(({ name }) => name === 'firebreak_detections' || name === 'firebreak_open_incidents')).toBe(
    false,
  );
});
