/** Images that jobs run in, and images that they push. */
import { type ImageReference, imageReference } from '../names/image-reference.ts';
import { actionName } from './action-names.ts';
import { type Expression, embeddedIn } from './expression.ts';
import type { Job, Run, RunStep, Scope } from './jobs.ts';

export interface PushedImage {
  readonly image: ImageReference;
  readonly step: RunStep;
  /** Less than 1 where no step signs in to a registry before. */
  readonly likelihood: number;
  readonly note: string;
}

/** Images that a run of the job pushes, as far as their names are written or can be put together. */
export function* pushedImages(job: Job, run: Run): Generator<PushedImage> {
  let signedIn = false;
  const named: string[] = [];
  for (const each of run.steps) {
    const { step, scope } = each;
    const uses = step.uses === undefined ? '' : actionName(step.uses);
    const input = (name: string) => step.with.find(({ key }) => key.toLowerCase() === name)?.text.value ?? '';
    if (
      signIns.has(uses) ||
      /\b(?:docker|podman|buildah|crane|skopeo|helm\s+registry|oras)\s+login\b/.test(step.run?.value ?? '')
    )
      signedIn = true;
    if (uses === 'docker/metadata-action') named.push(...lines(input('images')));
    const written =
      uses === 'docker/build-push-action' && pushes(input('push'), input('outputs'))
        ? [...lines(input('tags')), ...(input('tags').includes('${{') ? named : [])]
        : scriptPushes(step.run?.value ?? '');
    const seen = new Set<string>();
    for (const text of written) {
      const known = substituted(text, scope, job);
      const image = known === undefined ? undefined : imageReference(known.replace(/^docker:\/\/|^oci:\/\//, ''));
      const key = image === undefined ? undefined : `${image.registry}/${image.repository}`;
      if (image === undefined || key === undefined || seen.has(key)) continue;
      seen.add(key);
      const note = `line ${step.line}: pushes ${key}`;
      yield {
        image,
        step: each,
        likelihood: signedIn ? 1 : 0.5,
        note: signedIn ? note : `${note}; no sign-in was seen`,
      };
    }
  }
}

const signIns = new Set([
  'docker/login-action',
  'aws-actions/amazon-ecr-login',
  'google-github-actions/setup-gcloud',
  'azure/docker-login',
  'azure/login',
  'redhat-actions/podman-login',
]);

/** What can be true at run time is taken to be. */
function pushes(push: string, outputs: string): boolean {
  return (push !== '' && push !== 'false') || /type=registry|push=true/.test(outputs);
}

function lines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.replace(/^name=/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** `docker push X`, `crane copy A X`, `skopeo copy docker://A docker://X`, `helm push chart oci://X`. */
function scriptPushes(script: string): string[] {
  const pushed: string[] = [];
  const command =
    /\b(?:docker|podman|buildah)\s+(?:image\s+)?push\s+(?:-[\w-]+(?:=\S+)?\s+)*["']?([^\s"';&|]{1,300})|\b(?:crane|skopeo)\s+(?:copy|cp)\s+\S{1,300}\s+["']?([^\s"';&|]{1,300})|\bhelm\s+push\s+\S{1,300}\s+["']?([^\s"';&|]{1,300})/g;
  for (const [, first, second, third] of script.matchAll(command)) pushed.push(first ?? second ?? third ?? '');
  return pushed;
}

/** The images that a run's machine starts: its container, its services, container actions. */
export function runImages(job: Job, run: Run): readonly { readonly text: string; readonly line: number }[] {
  const found = [run.job.container, ...run.job.services].flatMap((container) =>
    container?.image === undefined ? [] : [{ text: container.image.value, line: container.image.line }],
  );
  for (const { step } of run.steps)
    if (step.uses?.kind === 'docker') found.push({ text: step.uses.path ?? '', line: step.line });
  return found.flatMap(({ text, line }) => {
    const known = substituted(text, run.scope, job);
    return known === undefined ? [] : [{ text: known.replace(/^docker:\/\//, ''), line }];
  });
}

const maxHops = 8;
/** Expressions that are put in for one name of an image. */
const maxPut = 200;

interface Put {
  count: number;
}

/**
 * A text with its expressions put in, where each of them has one value that does not depend on the run. In a tag anything may
 * stand: the repository is what counts.
 */
function substituted(text: string, scope: Scope, job: Job, hops = 0, put: Put = { count: 0 }): string | undefined {
  let result = text;
  for (const { source, expression } of [...embeddedIn(text)].reverse()) {
    put.count += 1;
    if (put.count > maxPut) return undefined;
    const value = valueIn(expression, scope, job, hops, put);
    const at = result.lastIndexOf(source);
    const open = result.lastIndexOf('${{', at);
    const close = result.indexOf('}}', at + source.length);
    if (open < 0 || close < 0) return undefined;
    const isTag = /:[\w.-]*$/.test(
      result
        .slice(0, open)
        .replace(/\$\{\{[^}]*\}\}/g, 'x')
        .split('/')
        .at(-1) ?? '',
    );
    if (value === undefined && !isTag) return undefined;
    result = `${result.slice(0, open)}${value ?? 'any'}${result.slice(close + 2)}`;
  }
  // A shell's variable in the tag says nothing of the repository; anywhere else it hides it.
  const [name = '', tag] = splitTag(result);
  if (/[$`(]/.test(name)) {
    const shell = shellValue(name, scope, job, hops, put);
    return shell === undefined ? undefined : `${shell}${tag === undefined ? '' : ':any'}`;
  }
  return tag !== undefined && /[$`({]/.test(tag) ? `${name}:any` : result;
}

function splitTag(reference: string): [string, string | undefined] {
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  return colon < 0 || reference.includes('@')
    ? [reference, undefined]
    : [reference.slice(0, colon), reference.slice(colon + 1)];
}

/** `$REGISTRY/$IMAGE` with variables of the workflow; GitHub's own by their names. */
function shellValue(text: string, scope: Scope, job: Job, hops: number, put: Put): string | undefined {
  if (hops > maxHops || put.count > maxPut) return undefined;
  let known = true;
  const result = text.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (_, name: string) => {
    const entry = scope.env.find(({ key }) => key === name);
    const value =
      entry === undefined
        ? own(`github.${name.toLowerCase().replace(/^github_/, '')}`, job)
        : substituted(entry.text.value, { ...scope, env: [] }, job, hops + 1, put);
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known && !/[$`(]/.test(result) ? result : undefined;
}

function valueIn(
  expression: Expression | undefined,
  scope: Scope,
  job: Job,
  hops: number,
  put: Put,
): string | undefined {
  if (expression === undefined || hops > maxHops) return undefined;
  if (expression.kind === 'literal') return String(expression.value);
  if (expression.kind !== 'reference') return undefined;
  const path = expression.path.join('.');
  const [context, name = ''] = expression.path;
  if (context === 'github') return own(path, job);
  if (context === 'env') {
    const at = scope.env.findIndex(({ key }) => key.toLowerCase() === name);
    const entry = scope.env[at];
    return entry === undefined
      ? undefined
      : substituted(entry.text.value, { ...scope, env: scope.env.slice(at + 1) }, job, hops + 1, put);
  }
  const bound = context === 'inputs' ? scope.inputs.get(name) : undefined;
  return bound === undefined ? undefined : substituted(bound.text, bound.scope, job, hops + 1, put);
}

function own(path: string, { repository: { name } }: Job): string | undefined {
  if (path === 'github.repository') return name.path;
  if (path === 'github.repository_owner') return name.path.split('/')[0];
  if (path === 'github.event.repository.name') return name.path.split('/').at(-1);
  return undefined;
}
