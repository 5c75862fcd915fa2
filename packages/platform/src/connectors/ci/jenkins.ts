/**
 * Jenkinsfiles are Groovy: programs, which nobody can read without running them. Taken is what declarative pipelines say in fixed
 * words, and credentials by their ids, which every way of binding them names. A scripted pipeline is told as one job.
 */
import type { CiJob, CiPipeline } from '@firebreak/contract';
import { credentialNames, pushedImages } from '../../intake/pipeline-text.ts';
import { emptyJob, type Problem, type Read } from './format.ts';

const maxLength = 512 * 1024;
/** Jenkins' own variables. */
const own = /^(?:BUILD|JOB|JENKINS|GIT|CHANGE|NODE|EXECUTOR|WORKSPACE|BRANCH|TAG)_/;

export function readJenkins(written: string): Read {
  if (written.length > maxLength)
    return { problems: [{ code: 'FB-FILE-TOO-LARGE', line: 1, reason: `It is longer than ${maxLength} characters.` }] };
  const source = withoutComments(written);
  const problems: Problem[] = [...source.matchAll(/@Library\s*\(|\blibrary\s*\(?\s*["']/g)].map(({ index }) => ({
    code: 'FB-CI-INCLUDE-UNREAD' as const,
    line: lineOf(source, index),
    reason: 'A shared library was not read.',
  }));
  const stages = [...source.matchAll(/\bstage\s*\(\s*["']([^"'\n]{1,200})["']\s*\)\s*\{/g)];
  const whole = jobOf('pipeline', source, 0, source);
  const jobs = stages.map((stage, index) => {
    const end = stages[index + 1]?.index ?? source.length;
    return jobOf(stage[1] ?? '', source.slice(stage.index, end), stage.index, source);
  });
  const shared = source.slice(0, stages[0]?.index ?? source.length);
  const before = jobOf('pipeline', shared, 0, source);
  // What stands before the stages, an agent and an environment, holds for all of them.
  const all = jobs.length === 0 ? [whole] : jobs.map((job) => withShared(job, before));
  return { pipeline: { system: 'jenkins', triggers: triggersOf(source), jobs: all }, problems };
}

function withShared(job: CiJob, shared: CiJob): CiJob {
  return {
    ...job,
    runner: job.runner.length > 0 ? job.runner : shared.runner,
    secrets: [...new Set([...shared.secrets, ...job.secrets])],
    ...(job.image === undefined && shared.image !== undefined ? { image: shared.image } : {}),
  };
}

function jobOf(name: string, part: string, offset: number, source: string): CiJob {
  const texts = [part];
  const ids = [
    ...part.matchAll(/\bcredentials\s*\(\s*["']([^"'\n]{1,200})["']/g),
    ...part.matchAll(/\bcredentialsId\s*:\s*["']([^"'\n]{1,200})["']/g),
    ...part.matchAll(/\bsshagent\s*\(?\s*(?:credentials\s*:\s*)?\[\s*["']([^"'\n]{1,200})["']/g),
  ].map(([, id = '']) => id);
  const labels = [...part.matchAll(/\b(?:label|node)\s*\(?\s*["']([^"'\n]{1,200})["']/g)].map(
    ([, label = '']) => label,
  );
  const image = /\bimage\s*\(?\s*["']([^"'\n]{1,300})["']/.exec(part)?.[1];
  const branches = [...part.matchAll(/\bbranch\s+["']([^"'\n]{1,200})["']/g)].map(([, branch = '']) => branch);
  return {
    ...emptyJob(name, lineOf(source, offset)),
    triggers: branches.length === 0 ? [] : [{ event: 'push', branches }],
    manual: /\binput\s*(?:\{|\(|message)/.test(part),
    ...(image === undefined ? {} : { image }),
    runner: [...new Set(labels)],
    secrets: [...new Set([...ids, ...credentialNames(texts, own, new Set())])].filter((id) => !id.includes('$')),
    pushes: pushedImages(texts, new Map()),
  };
}

function triggersOf(source: string): CiPipeline['triggers'] {
  const block = /\btriggers\s*\{([^}]{0,2000})\}/.exec(source)?.[1] ?? '';
  const found = [...block.matchAll(/\b(\w{1,40})\s*\(/g)].map(([, event = '']) => event);
  // A multibranch job builds what is pushed; the file alone does not say more.
  return found.length === 0 ? [{ event: 'push', branches: [] }] : found.map((event) => ({ event, branches: [] }));
}

/** Blanks out comments and keeps every place. Texts in quotes stay as they are; Groovy's other texts are rare here. */
function withoutComments(source: string): string {
  const parts: string[] = [];
  let kept = 0;
  let quote = '';
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote || character === '\n') quote = '';
      continue;
    }
    if (character === '"' || character === "'") quote = character;
    const two = character === '/' ? source[at + 1] : undefined;
    if (two !== '/' && two !== '*') continue;
    const close = two === '/' ? source.indexOf('\n', at) : source.indexOf('*/', at + 2);
    const end = close === -1 ? source.length : two === '/' ? close : close + 2;
    parts.push(source.slice(kept, at), source.slice(at, end).replace(/[^\n]/g, ' '));
    kept = end;
    at = end - 1;
  }
  return parts.join('') + source.slice(kept);
}

function lineOf(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line += 1;
  return line;
}
