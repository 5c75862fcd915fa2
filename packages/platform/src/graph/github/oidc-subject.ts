/**
 * What GitHub signs for a run (docs: "OpenID Connect reference", "Example subject claims"). What must stay true: owner and
 * repository are said in their own spelling, because a trust policy compares them letter by letter; a customised template puts
 * its claims in its own order; where a claim of it is not known there is no subject, and so no edge.
 */
import type { KnownRepository } from './repositories.ts';

/** What one run of a job says about itself. */
export interface Presented {
  readonly subject: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly likelihood: number;
  readonly note?: string;
}

export interface Situation {
  readonly event: string;
  readonly ref?: string;
  readonly environment?: string;
  /** Path of the file that was started. */
  readonly workflow?: string;
  /** The file that the job stands in, with the ref by which it was called; absent where that is the one that was started. */
  readonly called?: CalledFile;
  readonly likelihood: number;
  readonly note?: string;
}
export interface CalledFile {
  /** Its repository, as that is spelled. */
  readonly spelled: string;
  readonly path: string;
  /** Absent where it is the ref of the run. */
  readonly ref?: string;
}

/** Of github.com the one that everybody trusts, of a server its own. */
export function issuerOfHost(host: string): string {
  return host === 'github.com' ? 'token.actions.githubusercontent.com' : `${host}/_services/token`;
}

/** Undefined where GitHub signs nothing that we could tell. */
export function present(repository: KnownRepository, situation: Situation): Presented | undefined {
  const { settings, spelled: written, api } = repository;
  const owner = written.split('/')[0] ?? '';
  const context =
    situation.environment !== undefined
      ? `environment:${situation.environment.replaceAll(':', '%3A')}`
      : situation.event === 'pull_request' || situation.event.startsWith('pull_request_review')
        ? 'pull_request'
        : situation.ref === undefined
          ? undefined
          : `ref:${situation.ref}`;
  if (context === undefined) return undefined;
  const claims: Record<string, string> = {
    repository: written,
    repository_owner: owner,
    event_name: situation.event,
    ...(situation.ref === undefined
      ? {}
      : { ref: situation.ref, ref_type: situation.ref.startsWith('refs/tags/') ? 'tag' : 'branch' }),
    ...(situation.environment === undefined ? {} : { environment: situation.environment }),
    ...(api === undefined ? {} : { repository_visibility: api.data.visibility }),
    ...workflowClaims(written, situation),
  };
  const oidc = settings?.data.oidc;
  const prefix = oidc?.sub_claim_prefix ?? `repo:${written}`;
  const subject =
    oidc === undefined || oidc.use_default
      ? `${prefix}:${context}`
      : customised(oidc.include_claim_keys, prefix, context, claims);
  if (subject === undefined) return undefined;
  return {
    subject,
    claims,
    likelihood: situation.likelihood,
    ...(situation.note === undefined ? {} : { note: situation.note }),
  };
}

/** A called workflow is named by its own repository and by the ref that the caller wrote. */
function workflowClaims(written: string, { workflow, called, ref }: Situation): Readonly<Record<string, string>> {
  if (workflow === undefined || ref === undefined) return {};
  const started = `${written}/${workflow}@${ref}`;
  const file = called === undefined ? started : `${called.spelled}/${called.path}@${called.ref ?? ref}`;
  return { workflow_ref: started, job_workflow_ref: file };
}

function customised(
  keys: readonly string[],
  prefix: string,
  context: string,
  claims: Readonly<Record<string, string>>,
): string | undefined {
  // A template without claims is that of the organization, which was not read.
  if (keys.length === 0) return undefined;
  const parts = keys.map((key) =>
    key === 'repo'
      ? prefix
      : key === 'context'
        ? context
        : claims[key] === undefined
          ? undefined
          : `${key}:${claims[key].replaceAll(':', '%3A')}`,
  );
  return parts.includes(undefined) ? undefined : parts.join(':');
}
