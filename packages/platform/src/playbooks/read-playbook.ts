/**
 * From foreign text to a playbook, within bounds: length, depth and number of steps are limited before anything is built of them, and a
 * name that stands twice in one object is refused, since two readers could then see two playbooks under one signature.
 */
import type { PlaybookProblem } from '@firebreak/contract';
import { visit } from 'jsonc-parser';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { type Playbook, playbookSchema } from './cacao.ts';
import { checkAgainstOwnSchema, type SchemaCheck } from './json-schema.ts';

/** Longest playbook that is read. */
export const maxPlaybookBytes = 2 << 20;
/** Steps of one workflow, at the most. */
const maxSteps = 1000;
const maxDepth = 64;

export interface ReadPlaybook {
  /** Undefined where the document is none. */
  readonly playbook: Playbook | undefined;
  /** As it was written, for signatures and digests. */
  readonly document: unknown;
  /** SHA-256 of its RFC 8785 text, hex. */
  readonly digest: string | undefined;
  readonly problems: readonly PlaybookProblem[];
}

/** @param more further schemas to hold it against */
export function readPlaybook(text: string, more: readonly SchemaCheck[] = []): ReadPlaybook {
  const unread = (what: string): ReadPlaybook => ({
    playbook: undefined,
    document: undefined,
    digest: undefined,
    problems: [{ code: 'FB-PLAYBOOK-INVALID', weight: 'error', where: 'the document', what }],
  });
  if (Buffer.byteLength(text) > maxPlaybookBytes) return unread(`It is longer than ${maxPlaybookBytes} bytes.`);
  if (depthOf(text) > maxDepth) return unread(`It nests deeper than ${maxDepth} levels.`);
  let document: unknown;
  let digest: string;
  try {
    document = JSON.parse(text);
    digest = sha256Hex(canonicalJson(document));
  } catch {
    return unread('It is not JSON that has a canonical form (RFC 8259, RFC 8785).');
  }
  const twice = repeatedName(text);
  if (twice !== undefined)
    return { ...unread(`The name "${twice.slice(0, 100)}" stands twice in one object.`), digest };
  const problems = [checkAgainstOwnSchema, ...more].flatMap((check) => check(document));
  const parsed = playbookSchema.safeParse(document);
  if (!parsed.success)
    return {
      playbook: undefined,
      document,
      digest,
      problems: problems.length > 0 ? problems : unread('It is of the wrong form.').problems,
    };
  const steps = Object.keys(parsed.data.workflow).length;
  if (steps > maxSteps) return { ...unread(`Its workflow has ${steps} steps; we read ${maxSteps}.`), document, digest };
  return { playbook: parsed.data, document, digest, problems };
}

/** How deep brackets nest, texts left out. */
function depthOf(text: string): number {
  let [depth, deepest, inText] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

/** The first name that an object has twice. Only for text whose depth is known to be bounded. */
function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = [];
  let found: string | undefined;
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (name) => {
      const names = open.at(-1);
      if (names?.has(name)) found ??= name;
      names?.add(name);
    },
  });
  return found;
}
