import { type MarkedMap, readMarkedYaml } from '../../intake/marked-yaml.ts';
import type { Read } from './format.ts';

/** Reads a file that must be one mapping. */
export function fromMapping(source: string, read: (root: MarkedMap) => Read): Read {
  const document = readMarkedYaml(source);
  if (!document.ok) return { problems: [{ code: document.code, line: document.line, reason: document.reason }] };
  if (document.root?.kind !== 'map')
    return { problems: [{ code: 'FB-CI-FILE-INVALID', line: 1, reason: 'It is no mapping.' }] };
  return read(document.root);
}
