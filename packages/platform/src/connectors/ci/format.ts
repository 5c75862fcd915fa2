import type { CiJob, CiPipeline, ErrorCode } from '@firebreak/contract';

export interface Problem {
  readonly code: ErrorCode;
  readonly line: number;
  readonly reason: string;
}
/** What one file says; a file may hold nothing that runs. */
export interface Read {
  readonly pipeline?: Pick<CiPipeline, 'system' | 'triggers' | 'jobs'> & { readonly name?: string };
  readonly problems: readonly Problem[];
}

/** A job of which nothing is known yet but its name and place. */
export function emptyJob(name: string, line: number, column = 1): CiJob {
  return {
    name,
    line,
    column,
    triggers: [],
    manual: false,
    services: [],
    runner: [],
    secrets: [],
    idTokens: [],
    pushes: [],
  };
}
