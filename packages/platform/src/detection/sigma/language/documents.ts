/** A file of rules → its YAML documents with the place of everything in them. A broken document costs itself and nothing else. */
import type { Marked } from '../../../intake/marked-yaml.ts';
import { readMarkedYaml } from '../../../intake/marked-yaml.ts';
import type { RuleProblem } from './rule.ts';

export interface RuleDocument {
  readonly root: Marked;
  /** Lines of the file before the document: add it to a line of `root`. */
  readonly linesBefore: number;
}

const maxFile = 4 * 1024 * 1024;
const maxDocuments = 1000;

export function readDocuments(
  file: string,
  text: string,
): { readonly documents: readonly RuleDocument[]; readonly problems: readonly RuleProblem[] } {
  const documents: RuleDocument[] = [];
  const problems: RuleProblem[] = [];
  const problem = (code: RuleProblem['code'], line: number, reason: string) =>
    void problems.push({ code, file, line, reason });
  if (text.length > maxFile) {
    problem('FB-FILE-TOO-LARGE', 1, `It is longer than ${maxFile} characters.`);
    return { documents, problems };
  }
  for (const { source, linesBefore } of cut(text)) {
    if (documents.length >= maxDocuments) {
      problem(
        'FB-SIGMA-BOUND',
        linesBefore + 1,
        `It holds more than ${maxDocuments} documents; the rest was not read.`,
      );
      break;
    }
    const read = readMarkedYaml(source);
    if (!read.ok) problem(read.code, linesBefore + read.line, read.reason);
    else if (read.root !== undefined && !(read.root.kind === 'scalar' && read.root.value === null))
      documents.push({ root: read.root, linesBefore });
  }
  return { documents, problems };
}

/** At lines that begin with `---` or `...`: YAML allows none inside a document, not even in a block scalar. */
function cut(text: string): readonly { readonly source: string; readonly linesBefore: number }[] {
  const parts: { source: string; linesBefore: number }[] = [];
  let from = 0;
  let linesBefore = 0;
  const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  for (;;) {
    const found = marker.exec(text);
    const source = text.slice(from, found?.index ?? text.length);
    parts.push({ source, linesBefore });
    if (found === null) return parts;
    for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) linesBefore += 1;
    from = found.index + 3;
  }
}
