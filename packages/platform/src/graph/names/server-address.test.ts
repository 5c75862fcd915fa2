import { serverName } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { serverAddresses, withoutPath } from './server-address.ts';

test.each([
  ['https://MLflow.Example:443/', 'mlflow.example'],
  ['http://u:p@mlflow.example:5000/team/?x#y', 'mlflow.example:5000/team'],
  ['http://mlflow.ml.svc.cluster.local:5000', 'mlflow.ml.svc:5000'],
  ['https://mlflow.example.:8443', 'mlflow.example:8443'],
  ['file:///mlruns', undefined],
  ['mlflow', undefined],
])('%s', (url, name) => expect(serverName(url)).toBe(name));

test.each([
  ['http://mlflow:5000', ['mlflow.ml.svc:5000']],
  ['http://mlflow.other:5000', ['mlflow.other:5000', 'mlflow.other.svc:5000']],
  ['http://mlflow.other.svc:5000', ['mlflow.other.svc:5000']],
  ['http://mlflow.other.svc.cluster.local', ['mlflow.other.svc']],
  ['https://mlflow.example.com', ['mlflow.example.com']],
  // The pod itself, and what is no name of a host in a cluster.
  ['http://localhost:5000', []],
  ['http://[::1]:5000', []],
  ['nonsense', []],
])('%s from namespace ml', (origin, addresses) => expect(serverAddresses(origin, 'ml')).toEqual(addresses));

test('a path is not part of an address', () => {
  expect(withoutPath('mlflow.example:5000/team')).toBe('mlflow.example:5000');
  expect(withoutPath('mlflow.example')).toBe('mlflow.example');
});
