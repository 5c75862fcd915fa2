/**
 * Where the text of an expression comes from: names are followed through inputs, environment, matrix and outputs to the context
 * that they were taken from. Circles and long chains end; what cannot be followed stays as it is (`steps.x.outputs.y`).
 */
import { type Embedded, embeddedIn, emitted } from './expression.ts';
import { jobNamed, type Scope } from './jobs.ts';

const maxHops = 8;
const maxSources = 200;
/** Names that are followed for one expression: each may lead to a text with many others in it, and so on. */
const maxFollowed = 300;

interface Search {
  readonly sources: Set<string>;
  followed: number;
}

/** Contexts whose text comes out of an expression, at their origin. */
export function sourcesOf({ expression }: Pick<Embedded, 'expression'>, scope: Scope): readonly string[] {
  const search: Search = { sources: new Set(), followed: 0 };
  for (const path of emitted(expression)) follow(path, scope, 0, search);
  return [...search.sources];
}

/** Contexts whose text is put into a text. */
export function sourcesIn(text: string, scope: Scope): readonly string[] {
  return [...new Set(embeddedIn(text).flatMap((embedded) => sourcesOf(embedded, scope)))];
}

function follow(path: string, scope: Scope, hops: number, search: Search): void {
  search.followed += 1;
  const origin = hops < maxHops && search.followed < maxFollowed ? originOf(path, scope) : undefined;
  if (origin === undefined) {
    if (search.sources.size < maxSources) search.sources.add(path);
    return;
  }
  for (const { expression } of embeddedIn(origin.text))
    for (const next of emitted(expression)) {
      if (search.followed >= maxFollowed) return;
      follow(next, origin.scope, hops + 1, search);
    }
}

/** The text that a name stands for, where it stands for one. */
function originOf(path: string, scope: Scope): { readonly text: string; readonly scope: Scope } | undefined {
  const [context, name = '', third, fourth] = path.split('.');
  switch (context) {
    case 'inputs':
      return scope.inputs.get(name);
    case 'env': {
      const at = scope.env.findIndex(({ key }) => key.toLowerCase() === name);
      const entry = scope.env[at];
      // An outer value may be used in an inner one of the same name.
      return entry === undefined
        ? undefined
        : { text: entry.text.value, scope: { ...scope, env: scope.env.slice(at + 1) } };
    }
    case 'matrix': {
      const { strategy } = scope.run.job;
      if (strategy === undefined) return undefined;
      const dimension = strategy.dimensions.find(({ key }) => key.toLowerCase() === name);
      const rows = strategy.include.flat().filter(({ key }) => key.toLowerCase().split('.')[0] === name);
      const texts = [
        strategy.expression,
        dimension?.text,
        ...(dimension?.values ?? []),
        ...rows.map(({ text }) => text),
      ];
      return { text: texts.map((text) => text?.value ?? '').join('\n'), scope };
    }
    case 'needs': {
      const job = jobNamed(scope.run.jobs, name);
      const output = job?.outputs.find(({ key }) => key.toLowerCase() === fourth);
      if (job === undefined || output === undefined || third !== 'outputs') return undefined;
      return { text: output.text.value, scope: { ...scope, env: job.env, run: { ...scope.run, job } } };
    }
    default:
      return undefined;
  }
}
