/**
 * Whether an old secret is dead, tried for real. One file in `connectors/<id>/credential-probes/`, a default export; discovered.
 *
 * What must stay true: the secret is given by a person for one try and lives in memory for as long as that takes; it is never in
 * a result, an error, a log or the ledger. `alive` and `dead` are said only of an answer of the system that issued it, and of the secret
 * that is meant: where an id, a hash or a claim shows that another one was given, it cannot be told.
 */
export interface CredentialProbe<S = unknown> {
  /** `mlflow.password`: connector id, dot, file name. */
  readonly id: string;
  readonly title: string;
  /** What the person gives, in words: "the old password". */
  readonly wants: string;
  /** Whether such a secret is one that it can try: by node id, or by the rule that found it in a text. */
  readonly fits: (about: CredentialAbout) => boolean;
  /**
   * Whether the session leads to the system that issued it; undefined where nothing tells. Another system refuses whatever it never
   * issued, and that is no sign of death. Absent where every session asks the same system.
   */
  readonly issuedAt?: (session: S, about: CredentialAbout) => boolean | undefined;
  readonly probe: (attempt: CredentialAttempt<S>) => Promise<CredentialVerdict>;
}
// biome-ignore lint/suspicious/noExplicitAny: a list of probes has no common session type
export type AnyCredentialProbe = CredentialProbe<any>;

export interface CredentialAbout {
  readonly node: string | null;
  /** The rule's id (`github-token`), of a secret that stood in a text. */
  readonly kind: string | null;
}

export interface CredentialAttempt<S> {
  /** The connector's open session. */
  readonly session: S;
  readonly about: CredentialAbout;
  readonly secret: string;
  readonly signal: AbortSignal;
}

export interface CredentialVerdict {
  readonly result: 'dead' | 'alive' | 'cannot-tell';
  /** What was tried and what came back, without the secret. */
  readonly evidence: string;
}
