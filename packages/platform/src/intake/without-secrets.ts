/** A configuration as evidence that is not sealed: everything but the values that a name says are secret. */
import { record } from './foreign.ts';

const removed = 'removed by Firebreak';
const secretWords = [
  'key',
  'secret',
  'password',
  'passwd',
  'token',
  'credential',
  'credentials',
  'authorization',
  'dsn',
];
/** Values that say where a secret is, and not what it is. */
const pointers = ['os.environ/', 'env:', 'file:', 'vault:', '${'];
const deepest = 100;

/** A copy; deeper parts than a hundred levels are left out. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (depth > deepest) return removed;
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, depth + 1));
  const object = record(value);
  if (object === undefined) return value;
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => [
      name,
      isSecret(name, inner) ? removed : withoutSecrets(inner, depth + 1),
    ]),
  );
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || value === '') return false;
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);
  if (!secretWords.includes(words.at(-1) ?? '') && !name.toLowerCase().endsWith('url')) return false;
  if (name.toLowerCase().endsWith('url')) return /:\/\/[^/@\s]*@/.test(value);
  return !pointers.some((pointer) => value.startsWith(pointer));
}
