/** Which version was in production when. */
import type { NormalEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { servedHistory } from './served.ts';
import mlflow from './sources/mlflow-model.ts';
import type { FactVersion } from './sources/source.ts';

const moved = (time: string, version: string): NormalEvent => ({
  id: time,
  time,
  timeIs: 'told',
  source: { format: 'mlflow-webhook', locator: 'test' },
  digest: '',
  system: 'mlflow',
  actor: { name: 'nobody named' },
  operation: `model_version_alias.created fraud/${version}@production`,
  activity: 'change',
  targets: ['mlflow:RegisteredModel/fraud', `mlflow:ModelVersion/fraud/${version}`, 'mlflow:Alias/fraud@production'],
  outcome: 'done',
});
const seen = (since: string, until: string | null, version: string): FactVersion => ({
  kind: 'mlflow.registered-model',
  id: 'mlflow:RegisteredModel/s/fraud',
  since,
  until,
  data: { server: 's', name: 'fraud', aliases: [{ alias: 'production', version }], tags: {} },
});

test('collections alone: as long as the alias gave it, whatever else of the model changed', () => {
  const history = servedHistory(mlflow, [seen('t1', 't2', '1'), seen('t2', 't3', '1'), seen('t3', null, '2')], []);
  expect(history.get('1')).toEqual([{ by: 'alias production', from: 't1', until: 't3', told: 'collection' }]);
  expect(history.get('2')).toEqual([{ by: 'alias production', from: 't3', until: null, told: 'collection' }]);
});

test('events tell to the second, collections what was before the first of them', () => {
  const history = servedHistory(
    mlflow,
    [seen('t1', 't5', '1'), seen('t5', null, '3')],
    [moved('t3', '2'), moved('t4', '3')],
  );
  expect(history.get('1')).toEqual([{ by: 'alias production', from: 't1', until: 't3', told: 'collection' }]);
  expect(history.get('2')).toEqual([{ by: 'alias production', from: 't3', until: 't4', told: 'event' }]);
  expect(history.get('3')).toEqual([{ by: 'alias production', from: 't4', until: null, told: 'event' }]);
});

test('a move that was refused moved nothing', () => {
  expect(servedHistory(mlflow, [], [{ ...moved('t1', '2'), outcome: 'refused' }]).size).toBe(0);
});

test('an alias that was taken away serves nothing until it is given again', () => {
  const taken: NormalEvent = {
    ...moved('t2', '1'),
    operation: 'model_version_alias.deleted fraud@production',
    activity: 'delete',
    targets: ['mlflow:RegisteredModel/fraud', 'mlflow:Alias/fraud@production'],
  };
  const history = servedHistory(mlflow, [], [moved('t1', '1'), taken, moved('t3', '1')]);
  expect(history.get('1')).toEqual([
    { by: 'alias production', from: 't3', until: null, told: 'event' },
    { by: 'alias production', from: 't1', until: 't2', told: 'event' },
  ]);
});
