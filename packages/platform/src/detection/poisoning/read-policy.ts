/** A policy of the data gate as a file. What is wrong with it is said with its line; nothing of a wrong policy is used. */
import { FirebreakError } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import { entriesIn, plainOf } from '../../intake/marked-parts.ts';
import { type Marked, readMarkedYaml } from '../../intake/marked-yaml.ts';
import { type GatePolicy, gatePolicySchema } from './policy.ts';

/** @throws FirebreakError FB-GATE-POLICY */
export function readPolicy(file: string, text: string): GatePolicy {
  const refuse = (line: number, reason: string): never => {
    throw new FirebreakError('FB-GATE-POLICY', `${printable(file)} line ${line}: ${printable(reason)}`);
  };
  const read = readMarkedYaml(text);
  if (!read.ok) return refuse(read.line, read.reason);
  const parsed = gatePolicySchema.safeParse(read.root === undefined ? {} : plainOf(read.root));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(lineOf(read.root, issue?.path ?? []), `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** Of the deepest part on the path that is there. */
function lineOf(root: Marked | undefined, path: readonly PropertyKey[]): number {
  let line = root?.line ?? 1;
  let part = root;
  for (const step of path) {
    const entry = entriesIn(part).get(String(step));
    part = part?.kind === 'list' ? part.items[Number(step)] : entry?.value;
    if (part === undefined) break;
    line = entry?.line ?? part.line;
  }
  return line;
}
