/** Findings held against the classes of the OCSF project (peers/ocsf), the bundle against the STIX project's own library (peers/stix). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { detectionFinding, incidentFinding } from './finding-events.ts';
import { stixBundle } from './stix.ts';
import { caseOf, detectionOf } from './testing/findings.case.ts';

function schemaOf(uid: number) {
  const folder = process.env.FIREBREAK_OCSF_SCHEMAS;
  if (folder === undefined) throw new Error('FIREBREAK_OCSF_SCHEMAS is not set: the suite starts peers/ocsf');
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  return ajv.compile(JSON.parse(readFileSync(join(folder, `${uid}.json`), 'utf8')) as object);
}

const detections = [
  detectionOf({}),
  detectionOf({ judgement: { verdict: 'false-positive', note: '', by: 'ann', at: '2026-11-21T11:00:00.000Z' } }),
  detectionOf({ by: [], about: [], techniques: [], note: undefined, severity: 'critical' }),
];
const closed = { as: 'resolved', by: 'ann', at: '2026-11-21T12:00:00.000Z', reason: 'done' } as const;

test('every detection is a Detection Finding, to the last attribute', () => {
  const validate = schemaOf(2004);
  for (const detection of detections) {
    const event = detectionFinding(detection, '1.2.3');
    expect(validate(event), JSON.stringify({ event, errors: validate.errors })).toBe(true);
    expect(validate({ ...event, extra: 1 })).toBe(false);
  }
});

test('every incident is an Incident Finding, to the last attribute', () => {
  const validate = schemaOf(2005);
  for (const row of [
    caseOf({}),
    caseOf({ closed }),
    caseOf({ closed: { ...closed, as: 'false-alarm' } }),
    caseOf({ severity: null, mergedInto: 'inc_2' }),
  ])
    for (const members of [detections, []]) {
      const event = incidentFinding(row, members, '1.2.3');
      expect(validate(event), JSON.stringify({ event, errors: validate.errors })).toBe(true);
    }
});

test('an incident is a STIX 2.1 bundle by the library of its authors', () => {
  const python = process.env.FIREBREAK_STIX_PYTHON;
  if (python === undefined) throw new Error('FIREBREAK_STIX_PYTHON is not set: the suite starts peers/stix');
  const bundle = stixBundle(caseOf({ members: detections }));
  const validated = (value: unknown) =>
    JSON.parse(
      execFileSync(python, [new URL('../../../../peers/stix/validate.py', import.meta.url).pathname], {
        input: JSON.stringify(value),
        encoding: 'utf8',
      }),
    ) as { valid: boolean; errors: string[] };
  expect(validated(bundle)).toEqual({ valid: true, errors: [] });
  const [first, ...rest] = bundle.objects;
  expect(validated({ ...bundle, objects: [{ ...first, created: 'yesterday' }, ...rest] }).valid).toBe(false);
});
