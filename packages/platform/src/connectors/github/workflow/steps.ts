import type { WorkflowPermissions, WorkflowStep } from '@firebreak/contract';
import type { Marked } from '../../../intake/marked-yaml.ts';
import { defined, entriesOf, mapOf, mapping, markOf, type Problems, textOf } from './parts.ts';
import { usesOf } from './uses.ts';

/** In their order; those that run side by side (`parallel:`) stand where their group stands. */
export function stepsOf(part: Marked | undefined, problems: Problems): WorkflowStep[] {
  if (part === undefined) return [];
  if (part.kind !== 'list') {
    problems.push({ line: part.line, reason: '`steps` is no list.' });
    return [];
  }
  return part.items.flatMap((item) => {
    const map = mapping(item, 'A step', problems);
    if (map === undefined) return [];
    const fields = mapOf(map);
    const parallel = fields.get('parallel');
    if (parallel !== undefined) return stepsOf(parallel.value, problems);
    const uses = textOf(fields.get('uses')?.value);
    const run = textOf(fields.get('run')?.value);
    if (uses === undefined && run === undefined)
      problems.push({ line: map.line, reason: 'A step neither runs nor uses anything.' });
    return [
      defined({
        ...markOf(map),
        id: textOf(fields.get('id')?.value),
        name: textOf(fields.get('name')?.value),
        if: textOf(fields.get('if')?.value),
        uses: uses === undefined ? undefined : usesOf(uses),
        run,
        shell: textOf(fields.get('shell')?.value),
        workingDirectory: textOf(fields.get('working-directory')?.value),
        with: entriesOf(fields.get('with')?.value),
        env: entriesOf(fields.get('env')?.value),
        continueOnError: textOf(fields.get('continue-on-error')?.value),
      }),
    ];
  });
}

export function permissionsOf(part: Marked | undefined, problems: Problems): WorkflowPermissions | undefined {
  if (part === undefined) return undefined;
  const mark = markOf(part);
  if (part.kind === 'map') {
    const scopes = part.entries.flatMap(({ key, line, column, value }): WorkflowPermissions['scopes'] => {
      const access = textOf(value)?.value;
      if (access === 'read' || access === 'write' || access === 'none') return [{ name: key, line, column, access }];
      problems.push({ line, reason: 'A permission is none of read, write and none.' });
      return [];
    });
    return { ...mark, scopes, ...(part.entries.length === 0 ? { all: 'none' as const } : {}) };
  }
  const word = textOf(part)?.value;
  if (word === 'read-all') return { ...mark, all: 'read', scopes: [] };
  if (word === 'write-all') return { ...mark, all: 'write', scopes: [] };
  if (word !== undefined || part.kind === 'list')
    problems.push({ line: part.line, reason: '`permissions` is neither a mapping nor read-all or write-all.' });
  return { ...mark, all: 'none', scopes: [] };
}
