/**
 * What a server says of the version that it serves. What must stay true: `holds` is said only of an answer that the good version alone
 * gives; the same answer from both says nothing, and a server that does not answer serves nobody knows what.
 */
import type { DeliveredVersion, ServingCheck, ServingResult } from '@firebreak/contract';

/** An answer, bounded, or why there is none. */
export type ServerAnswer =
  | { readonly ok: true; readonly header: (name: string) => string | undefined; readonly json: unknown }
  | { readonly ok: false; readonly why: string };

/** How a check is asked; undefined for one that the estate answers. */
export function questionOf(check: ServingCheck): { readonly url: string; readonly body?: unknown } | undefined {
  switch (check.kind) {
    case 'golden-query':
      return { url: check.url, body: check.body };
    case 'header':
      return { url: check.url };
    case 'open-inference':
      return { url: `${check.url.replace(/\/+$/, '')}/v2/models/${encodeURIComponent(check.model)}` };
    case 'running-image':
      return undefined;
  }
}

export const checkName = (check: ServingCheck): string =>
  check.kind === 'running-image' ? `images of ${check.workload}` : `${check.kind} at ${new URL(check.url).origin}`;

type Judged = Pick<ServingResult, 'result' | 'what'>;

/** @param versions the one that shall be served, and the one that shall not, for words */
export function judgeAnswer(
  check: Exclude<ServingCheck, { kind: 'running-image' }>,
  answer: ServerAnswer,
  versions: { readonly to: DeliveredVersion; readonly from: DeliveredVersion },
): Judged {
  if (!answer.ok) return { result: 'cannot-tell', what: `The server does not answer: ${answer.why}` };
  switch (check.kind) {
    case 'header': {
      const found = answer.header(check.header.toLowerCase());
      if (found === undefined) return { result: 'cannot-tell', what: `Its answer has no header ${check.header}.` };
      return found === check.good
        ? holds(versions.to, `${check.header} says ${shown(found)}`)
        : notYet(shown(found), `${check.header} says so`);
    }
    case 'open-inference': {
      const list = (answer.json as { readonly versions?: unknown } | null)?.versions;
      const loaded = (Array.isArray(list) ? list : []).filter((each) => typeof each === 'string');
      if (loaded.length === 0) return { result: 'cannot-tell', what: 'It does not say which versions are loaded.' };
      const others = loaded.filter((each) => each !== check.good);
      if (others.length === 0) return holds(versions.to, `it has loaded ${shown(check.good)} alone`);
      return notYet(others.map(shown).join(', '), 'it is loaded');
    }
    case 'golden-query': {
      const found = pointed(answer.json, check.at);
      if (check.bad !== undefined && same(check.bad, check.good))
        return { result: 'cannot-tell', what: 'Both versions answer this question alike: take another one.' };
      if (same(found, check.good)) return holds(versions.to, 'the golden query is answered as it should be');
      if (check.bad !== undefined && same(found, check.bad))
        return notYet(versions.from.version, 'the golden query is answered as that version does');
      return {
        result: 'not-yet',
        what: `Not yet: the golden query got ${shown(JSON.stringify(found) ?? 'nothing')}, which is not what version ${versions.to.version} answers.`,
      };
    }
  }
}

function holds({ version }: DeliveredVersion, why: string): Judged {
  return { result: 'holds', what: `Version ${version} is served: ${why}.` };
}
function notYet(version: string, why: string): Judged {
  return { result: 'not-yet', what: `Not yet: the server still answers with version ${version}; ${why}.` };
}

const mostShown = 120;
const shown = (text: string) => (text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);

/** JSON pointer, RFC 6901. */
function pointed(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}

/** Equal as JSON, numbers within what floating point loses on its way through another language. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => same(each, b[index]));
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) ||
    Array.isArray(b)
  )
    return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
    )
  );
}
