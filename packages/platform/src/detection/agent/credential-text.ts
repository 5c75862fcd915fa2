/** Credentials in the texts of calls, told by their form. They are compared by digest and never kept or shown. */
import { sha256Hex } from '../../kernel/digest.ts';

export interface CredentialText {
  /** In words. */
  readonly kind: string;
  /** The first digits of its SHA-256. */
  readonly digest: string;
  /** Whose it says that it is; nobody checked its signature. Foreign text. */
  readonly subject?: string;
}

/** Each begins with something that nothing else begins with, so that the search is linear. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,2000}/g, 'a signed token'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,255}\b/g, 'a GitHub token'],
  [/\bgithub_pat_\w{20,255}\b/g, 'a GitHub token'],
  [/\bglpat-[\w-]{20,100}\b/g, 'a GitLab token'],
  [/\bxox[abeoprs]-[\w-]{10,250}\b/g, 'a Slack token'],
  [/\bsk-[\w-]{20,250}\b/g, 'an API key'],
  [/\bhf_[A-Za-z0-9]{20,100}\b/g, 'a Hugging Face token'],
  [/-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----[\w+/=\s]{32,512}/g, 'a private key'],
];
const most = 20;

export function credentialsIn(text: string): readonly CredentialText[] {
  const found: CredentialText[] = [];
  for (const [form, kind] of forms)
    for (const [whole] of text.matchAll(form)) {
      if (found.length >= most) return found;
      const subject = kind === 'a signed token' ? subjectOf(whole) : undefined;
      found.push({ kind, digest: sha256Hex(whole).slice(0, 16), ...(subject === undefined ? {} : { subject }) });
    }
  return found;
}

function subjectOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const subject = typeof claims === 'object' && claims !== null && 'sub' in claims ? claims.sub : undefined;
    return typeof subject === 'string' ? subject.slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}
