/** Every event that we can make, held against the schema of the OCSF project (peers/ocsf). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { connectors } from '../connectors/index.ts';
import { ocsfEvents } from './ocsf.ts';
import { everyTurn } from './testing/every-turn.case.ts';

const folder = process.env.FIREBREAK_OCSF_SCHEMAS;
const actions = connectors.flatMap((connector) => connector.actions);

function schemaOf(uid: number) {
  if (folder === undefined) throw new Error('FIREBREAK_OCSF_SCHEMAS is not set: the suite starts peers/ocsf');
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  return ajv.compile(JSON.parse(readFileSync(join(folder, `${uid}.json`), 'utf8')) as object);
}

test('every event is one of its class, to the last attribute', async () => {
  const schemas = new Map([7001, 7002, 7003, 7004].map((uid) => [uid, schemaOf(uid)]));
  const seen = new Map<number, number>();
  for await (const event of ocsfEvents(everyTurn(actions), { actions, version: '1.2.3' })) {
    const validate = schemas.get(event.class_uid);
    expect(validate?.(event), JSON.stringify({ event, errors: validate?.errors })).toBe(true);
    seen.set(event.class_uid, (seen.get(event.class_uid) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual([7001, 7002, 7003, 7004]);
});

test('the schema is one that refuses', async () => {
  const validate = schemaOf(7004);
  for await (const event of ocsfEvents(everyTurn(actions), { actions, version: '1.2.3' })) {
    if (event.class_uid !== 7004) continue;
    expect(validate({ ...event, extra: 1 })).toBe(false);
    expect(validate({ ...event, activity_id: 77 })).toBe(false);
    const { connection_info: _, ...without } = event;
    expect(validate(without)).toBe(false);
    return;
  }
  expect.unreachable('there is a network event');
});
