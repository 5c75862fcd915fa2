/**
 * The reference tool of the specification (Python) as one process for a whole suite: it takes longer to start than to work. Requests
 * are answered in their order; a process that ends, or says nothing in time, fails what waits for it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const answer = new URL('../../peers/model-signing/answer.py', import.meta.url).pathname;
const patienceMs = 120_000;

/** As `peers/model-signing/answer.py` takes them. */
export type ReferenceRequest =
  | { readonly cli: readonly string[] }
  | {
      readonly verb: 'sign' | 'verify';
      readonly model: string;
      readonly signature: string;
      readonly key: string;
      readonly method: 'files' | 'shards';
      readonly algorithm: string;
    }
  | {
      readonly before1: {
        readonly model: string;
        readonly signature: string;
        readonly key: string;
        readonly predicate: string;
      };
    }
  | {
      readonly sigstore: {
        readonly bundle: string;
        readonly root: string;
        readonly identity: string;
        readonly issuer: string;
      };
    };

export interface ReferenceAnswer {
  readonly ok: boolean;
  /** What it said. */
  readonly why: string;
}

export function startReferenceTool(python: string) {
  const tool: ChildProcess = spawn(python, [answer], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: { resolve: (answer: ReferenceAnswer) => void; reject: (error: Error) => void }[] = [];
  const gone = () => {
    for (const each of waiting.splice(0)) each.reject(new Error('The reference tool has ended.'));
  };
  tool.on('error', gone);
  tool.on('exit', gone);
  if (tool.stdout === null || tool.stdin === null) throw new Error('The reference tool has no pipes.');
  createInterface({ input: tool.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as ReferenceAnswer);
  });
  const { stdin } = tool;
  return {
    ask(request: ReferenceRequest): Promise<ReferenceAnswer> {
      const { promise, resolve, reject } = Promise.withResolvers<ReferenceAnswer>();
      if (tool.exitCode !== null) return Promise.reject(new Error('The reference tool has ended.'));
      waiting.push({ resolve, reject });
      stdin.write(`${JSON.stringify(request)}\n`);
      const late = setTimeout(() => {
        reject(new Error('The reference tool did not answer.'));
        tool.kill();
      }, patienceMs);
      return promise.finally(() => clearTimeout(late));
    },
    stop(): void {
      stdin.end();
    },
  };
}
