import type { RE2JS } from 're2js';

/** What makes a match none, as gitleaks has it: by the secret, the match or its line, by words, by path. */
export interface Allowlist {
  readonly regexes: readonly RE2JS[];
  readonly target: 'secret' | 'match' | 'line';
  /** In lower case; in the secret. */
  readonly stopwords: readonly string[];
  readonly paths: readonly RE2JS[];
  /** Whether all of what is given must hold, or one of it. */
  readonly all: boolean;
}

export interface SecretRule {
  readonly id: string;
  readonly description: string;
  readonly regex: RE2JS;
  /** The group that is the secret; 0: the first that is not empty, else all of the match. */
  readonly secretGroup: number;
  /** Shannon entropy in bits a character that the secret must exceed; 0 for none. */
  readonly entropy: number;
  /** In lower case. The rule is tried around these; everywhere when there are none. */
  readonly keywords: readonly string[];
  /** Only in such files; what has no path is tried all the same. */
  readonly path: RE2JS | undefined;
  readonly allowlists: readonly Allowlist[];
  /** How far a match reaches from its keyword, in characters. */
  readonly within: number;
  /** Whether another rule that says the same more exactly comes first. */
  readonly generic: boolean;
  /** Whether it is the name of a secret and opens nothing by itself: logs are full of those, and they say who did it. */
  readonly identifier: boolean;
  /** What such secrets look like, for making examples: `hf_{letters:34}`. */
  readonly forms: readonly string[];
  /** Where it is revoked, in words. */
  readonly rotate: string | undefined;
}

export interface SecretRules {
  readonly rules: readonly SecretRule[];
  /** For all rules. */
  readonly allowlists: readonly Allowlist[];
}
