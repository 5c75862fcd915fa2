import fc from 'fast-check';
import { expect, test } from 'vitest';
import { at } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';
import { jsonPatch } from '../../twin/patch.ts';
import { type PatchOperation, putFieldBack, setField } from './one-field.ts';

const key = fc.constantFrom('a', 'b', 'with/slash', 'with~tilde', 'replicas');
const path = fc.array(key, { minLength: 1, maxLength: 4 }).map((keys) => ['spec', ...keys]);
const leaf = fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.record({ prune: fc.boolean() }));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, leaf, fc.dictionary(key, tie('tree'))),
}));
const object = fc.record({ metadata: fc.constant({ uid: 'u1', name: 'x' }), spec: fc.dictionary(key, tree) });

function patched(to: ApiObject, operations: readonly PatchOperation[]): ApiObject {
  const result = jsonPatch(to, operations);
  if (!result.ok) throw new Error(result.reason);
  return result.value as ApiObject;
}

/** A path through something that is not a map cannot be set, in Kubernetes neither. */
function settable(to: unknown, keys: readonly string[]): boolean {
  return keys.slice(1).every((_, index) => {
    const parent = at(to, ...keys.slice(0, index + 1));
    return parent === undefined || (typeof parent === 'object' && parent !== null && !Array.isArray(parent));
  });
}

test('set and put back leave the object as it was', () => {
  fc.assert(
    fc.property(object, path, fc.option(leaf, { nil: undefined }), (made, keys, value) => {
      const before = made as ApiObject;
      fc.pre(settable(before, keys));
      const set = patched(before, setField(before, keys, value));
      expect(at(set, ...keys)).toEqual(value);
      expect(patched(set, putFieldBack(set, before, keys))).toEqual(before);
    }),
  );
});

test('a patch does not apply to an object that changed in that place, or to another of the same name', () => {
  fc.assert(
    fc.property(object, path, leaf, leaf, (made, keys, value, theirs) => {
      const before = made as ApiObject;
      fc.pre(settable(before, keys));
      const operations = setField(before, keys, value);
      fc.pre(operations.length > 0);
      const changed = patched(before, setField(before, keys, theirs));
      if (JSON.stringify(changed) !== JSON.stringify(before)) expect(jsonPatch(changed, operations).ok).toBe(false);
      const other = { ...before, metadata: { ...before.metadata, uid: 'u2' } };
      expect(jsonPatch(other, operations).ok).toBe(false);
    }),
  );
});

test('changes elsewhere in the object are left alone', () => {
  const before: ApiObject = { metadata: { uid: 'u1' }, spec: { replicas: 2, image: 'a' }, status: { ready: 1 } };
  const now = { ...before, spec: { replicas: 2, image: 'b' }, status: { ready: 2 } };
  const set = patched(now, setField(before, ['spec', 'replicas'], 0));
  expect(set.spec).toEqual({ replicas: 0, image: 'b' });
  expect(patched(set, putFieldBack(set, before, ['spec', 'replicas'])).spec).toEqual({ replicas: 2, image: 'b' });
});

test('a parent that was made for the field stays when somebody put more into it', () => {
  const before: ApiObject = { metadata: {}, spec: {} };
  const now: ApiObject = { metadata: {}, spec: { nodeSelector: { parked: 'true', pool: 'gpu' } } };
  expect(patched(now, putFieldBack(now, before, ['spec', 'nodeSelector', 'parked'])).spec).toEqual({
    nodeSelector: { pool: 'gpu' },
  });
});
