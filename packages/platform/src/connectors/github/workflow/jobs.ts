import { plainText, type WorkflowJob } from '@firebreak/contract';
import type { Marked, MarkedEntry } from '../../../intake/marked-yaml.ts';
import { defined, entriesOf, mapOf, mapping, markOf, type Problems, scalarOf, textOf, textsOf } from './parts.ts';
import { permissionsOf, stepsOf } from './steps.ts';
import { usesOf } from './uses.ts';

export function jobOf(entry: MarkedEntry, problems: Problems): WorkflowJob | undefined {
  const map = mapping(entry.value, 'A job', problems);
  if (map === undefined) return undefined;
  if (!plainText.safeParse(entry.key).success) {
    problems.push({ line: entry.line, reason: 'The id of a job is not plain text.' });
    return undefined;
  }
  const fields = mapOf(map);
  const part = (name: string) => fields.get(name)?.value;
  const text = (name: string) => textOf(part(name));
  const uses = text('uses');
  const runsOn = runsOnOf(fields.get('runs-on'));
  if (uses === undefined && runsOn === undefined)
    problems.push({ line: entry.line, reason: 'A job says neither where it runs nor which workflow it calls.' });
  const secrets = part('secrets');
  const inherits = textOf(secrets)?.value === 'inherit';
  return defined({
    id: entry.key,
    ...markOf(entry),
    name: text('name'),
    if: text('if'),
    needs: textsOf(part('needs')),
    runsOn,
    environment: environmentOf(part('environment')),
    permissions: permissionsOf(part('permissions'), problems),
    env: entriesOf(part('env')),
    defaults: defaultsOf(part('defaults')),
    strategy: strategyOf(fields.get('strategy')),
    container: containerOf(part('container')),
    services: [...mapOf(part('services')).values()].flatMap(({ key, value }) => containerOf(value, key) ?? []),
    outputs: entriesOf(part('outputs')),
    concurrency: concurrencyOf(part('concurrency')),
    timeoutMinutes: text('timeout-minutes'),
    continueOnError: text('continue-on-error'),
    steps: stepsOf(part('steps'), problems),
    uses: uses === undefined ? undefined : usesOf(uses),
    with: entriesOf(part('with')),
    secrets: entriesOf(secrets),
    secretsInherit: secrets !== undefined && inherits ? markOf(secrets) : undefined,
  });
}

function runsOnOf(entry: MarkedEntry | undefined): WorkflowJob['runsOn'] {
  const part = entry?.value;
  if (entry === undefined || part === undefined || (part.kind === 'scalar' && part.value === null)) return undefined;
  const mark = markOf(entry);
  if (part.kind !== 'map') return { ...mark, labels: textsOf(part) };
  const fields = mapOf(part);
  return defined({
    ...mark,
    labels: textsOf(fields.get('labels')?.value),
    group: textOf(fields.get('group')?.value),
  });
}

function environmentOf(part: Marked | undefined): WorkflowJob['environment'] {
  const fields = mapOf(part);
  const name = part?.kind === 'map' ? textOf(fields.get('name')?.value) : textOf(part);
  return name === undefined ? undefined : defined({ name, url: textOf(fields.get('url')?.value) });
}

export function defaultsOf(part: Marked | undefined): WorkflowJob['defaults'] {
  const run = mapOf(part).get('run')?.value;
  if (run === undefined) return undefined;
  const fields = mapOf(run);
  return defined({
    ...markOf(run),
    shell: textOf(fields.get('shell')?.value),
    workingDirectory: textOf(fields.get('working-directory')?.value),
  });
}

export function concurrencyOf(part: Marked | undefined): WorkflowJob['concurrency'] {
  if (part === undefined) return undefined;
  const fields = mapOf(part);
  return defined({
    ...markOf(part),
    group: part.kind === 'map' ? textOf(fields.get('group')?.value) : textOf(part),
    cancelInProgress: textOf(fields.get('cancel-in-progress')?.value),
  });
}

function containerOf(part: Marked | undefined, name?: string): WorkflowJob['container'] {
  if (part === undefined || (part.kind === 'scalar' && part.value === null)) return undefined;
  const fields = mapOf(part);
  return defined({
    ...markOf(part),
    image: part.kind === 'map' ? textOf(fields.get('image')?.value) : textOf(part),
    name,
    env: entriesOf(fields.get('env')?.value),
    credentials: entriesOf(fields.get('credentials')?.value),
    options: textOf(fields.get('options')?.value),
    volumes: textsOf(fields.get('volumes')?.value),
  });
}

function strategyOf(entry: MarkedEntry | undefined): WorkflowJob['strategy'] {
  if (entry === undefined) return undefined;
  const matrix = mapOf(entry.value).get('matrix')?.value;
  const combinations = (name: string) => {
    const part = mapOf(matrix).get(name)?.value;
    return part?.kind === 'list'
      ? part.items.map((item) => flattened(item))
      : part === undefined
        ? []
        : expressionRow(name, part);
  };
  return defined({
    ...markOf(entry),
    expression: scalarOf(matrix) === undefined ? undefined : textOf(matrix),
    dimensions: [...mapOf(matrix).values()]
      .filter(({ key }) => key !== 'include' && key !== 'exclude')
      .map(({ key, line, column, value }) =>
        defined({
          key,
          line,
          column,
          values: value.kind === 'list' ? value.items.flatMap(leaves) : [],
          text: textOf(value),
        }),
      ),
    include: combinations('include'),
    exclude: combinations('exclude'),
  });
}

/** `include: ${{ fromJSON(…) }}`: one row, whose only entry is the expression. */
function expressionRow(key: string, part: Marked): ReturnType<typeof entriesOf>[] {
  const text = textOf(part);
  return text === undefined ? [] : [[{ key, line: text.line, column: text.column, text }]];
}

/** `{os: {name: x}}` → `os.name`: matrix values may be objects, and are read by path. */
function flattened(part: Marked, prefix = ''): ReturnType<typeof entriesOf> {
  if (part.kind !== 'map') return [];
  return part.entries.flatMap((entry) => {
    const key = prefix !== '' ? `${prefix}.${entry.key}` : entry.key;
    const text = textOf(entry.value, entry.key);
    if (text !== undefined) return [{ key, line: entry.line, column: entry.column, text }];
    return entry.value.kind === 'map' ? flattened(entry.value, key) : [];
  });
}

function leaves(part: Marked): ReturnType<typeof textsOf> {
  if (part.kind === 'scalar') return textsOf(part);
  return part.kind === 'list' ? part.items.flatMap(leaves) : part.entries.flatMap(({ value }) => leaves(value));
}
