/**
 * The rules of a running watch: those that come along, and folders of one's own. Files that change are read again while it runs; a
 * bad rule is refused with its file, line and reason, and the others stay in force.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLogSources, readRuleFolder } from '../cli/rule-folder.ts';
import { type RuleSetReport, SigmaEngine } from '../detection/sigma/engine/sigma-engine.ts';
import type { RuleText } from '../detection/sigma/language/read-rules.ts';
import type { RuleProblem } from '../detection/sigma/language/rule.ts';
import type { EventSource } from '../detection/sigma/sources/log-source.ts';
import { walk } from '../intake/walk.ts';

const shipped = fileURLToPath(new URL('../../../../content/rules', import.meta.url));
const limits = { maxDepth: 20, maxFiles: 50_000, wanted: (path: string) => /\.ya?ml$/i.test(path) };

/** What an engine is made of: plain data, for a thread that judges as this one does. */
export interface RuleTexts {
  readonly sources: readonly EventSource[];
  readonly files: readonly RuleText[];
}

export function engineOf({ sources, files }: RuleTexts): SigmaEngine {
  // The event store keeps an event once, by its id.
  const engine = new SigmaEngine({ sources, correlation: { maxEventIds: 0 } });
  engine.load(files);
  return engine;
}

export class RuleKeeper {
  readonly engine: SigmaEngine;
  readonly #sources: readonly EventSource[];
  readonly #folders: readonly string[];
  #report: RuleSetReport;
  #looksLike: string;

  #files: readonly RuleText[];

  private constructor(sources: readonly EventSource[], folders: readonly string[], read: ReadRules, looksLike: string) {
    this.#sources = sources;
    this.#folders = folders;
    this.#looksLike = looksLike;
    this.#files = read.files;
    this.engine = engineOf({ sources, files: [] });
    this.#report = withProblems(this.engine.load(read.files), read);
  }

  /** @param own folders of rules beside those that come along. @throws FirebreakError FB-SOURCE-UNREADABLE, FB-SIGMA-SOURCE */
  static async open(own: readonly string[], signal: AbortSignal): Promise<RuleKeeper> {
    const folders = [shipped, ...own];
    const sources = await readLogSources(undefined, signal);
    // Looked at before they are read: what changes in between is read once more.
    const looksLike = await looks(folders, signal);
    return new RuleKeeper(sources, folders, await readFrom(folders, signal), looksLike);
  }

  /** What its engine is made of now. */
  get texts(): RuleTexts {
    return { sources: this.#sources, files: this.#files };
  }

  /** What is in force, and what was refused. */
  get report(): RuleSetReport {
    return this.#report;
  }

  /** Reads the folders again if something in them has changed. @returns whether it had. */
  async refresh(signal: AbortSignal): Promise<boolean> {
    const looksLike = await looks(this.#folders, signal);
    if (looksLike === this.#looksLike) return false;
    const read = await readFrom(this.#folders, signal);
    this.#report = withProblems(this.engine.load(read.files), read);
    this.#files = read.files;
    this.#looksLike = looksLike;
    return true;
  }
}

interface ReadRules {
  readonly files: readonly RuleText[];
  readonly problems: readonly RuleProblem[];
}

async function readFrom(folders: readonly string[], signal: AbortSignal): Promise<ReadRules> {
  const files: RuleText[] = [];
  const problems: RuleProblem[] = [];
  for (const folder of folders) {
    const read = await readRuleFolder(folder, signal);
    // A file of one's own has a name of its own, also where one that came along is called alike.
    const name = (file: string) => (folder === shipped ? file : join(folder, file));
    files.push(...read.rules.map(({ file, text }) => ({ file: name(file), text })));
    problems.push(...read.problems.map((problem) => ({ ...problem, file: name(problem.file) })));
  }
  return { files, problems };
}

function withProblems(report: RuleSetReport, { problems }: ReadRules): RuleSetReport {
  return { ...report, problems: [...problems, ...report.problems] };
}

/** Names, sizes and times of all files. */
async function looks(folders: readonly string[], signal: AbortSignal): Promise<string> {
  const seen: string[] = [];
  for (const folder of folders) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) {
      seen.push(`${folder} ${found?.size} ${found?.mtimeMs}`);
      continue;
    }
    for await (const entry of walk(folder, limits, signal)) {
      if ('gap' in entry) continue;
      const file = await stat(entry.file).catch(() => undefined);
      seen.push(`${entry.file} ${file?.size} ${file?.mtimeMs}`);
    }
  }
  return seen.join('\n');
}
