/**
 * Tokens that an attacker holds, as far as the responder has them: a file that FIREBREAK_OAUTH_TOKENS names, with
 * `[{"name", "client_id", "token", "token_type_hint"?}]`. A lever names the client; the values are read when they are needed, go to the
 * issuer's own endpoints and nowhere else, and are in no plan, record or log: there a token is its name.
 */
import { readFile, stat } from 'node:fs/promises';
import { type Attempt, FirebreakError, type Outcome, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { field } from '../../../intake/foreign.ts';
import { type OneAnswer, sendOnce } from '../../../intake/send-once.ts';
import type { OauthSession } from '../session.ts';
import { showClient } from './client-auth.ts';
import { mustBeLive, type OfClient } from './client-change.ts';
import { clientCredentialOf } from './credential-of.ts';
import { authMethodsOf, endpointOf, type Issuer, issuerAt, mustAnswer, mustBeJson } from './issuer.ts';
import { outcomeOf } from './outcome.ts';

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
const tokenFile = z
  .array(
    z.object({
      name: line(200),
      client_id: line(512),
      token: z
        .string()
        .min(1)
        .max(65_536)
        .regex(/^[\x20-\x7e]+$/),
      token_type_hint: z.enum(['access_token', 'refresh_token']).optional(),
    }),
  )
  .max(1000);
type Held = z.infer<typeof tokenFile>[number];

export const tokensBefore = z.object({
  tokens: z.array(z.object({ name: z.string(), active: z.boolean().nullable() })),
});
export type TokensBefore = z.infer<typeof tokensBefore>;

export interface Token extends Held {
  /** Null where the issuer does not tell. */
  readonly active: boolean | null;
}

type Tried = Attempt<OauthSession>;

/** @throws FirebreakError */
async function heldTokens(client: string): Promise<readonly Held[]> {
  const held = (await tokensInFile()).filter((each) => each.client_id === client);
  if (held.length === 0) throw new FirebreakError('FB-NOT-FOUND', `The file of tokens has none of ${client}.`);
  return held;
}

/** @throws FirebreakError */
async function tokensInFile(): Promise<readonly Held[]> {
  const file = process.env.FIREBREAK_OAUTH_TOKENS;
  if (file === undefined || file === '')
    throw new FirebreakError('FB-SOURCE-UNREADABLE', 'FIREBREAK_OAUTH_TOKENS names no file with the tokens to revoke.');
  try {
    if ((await stat(file)).size > 16 * 1024 * 1024) throw new RangeError('too large');
    return tokenFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Neither the parser's words nor the file's: both may hold a token.
    throw new FirebreakError('FB-SOURCE-UNREADABLE', 'The file of tokens is not of the form that it should have.');
  }
}

/** How many tokens of each client the responder has. A file that cannot be read tells of none here, and says why when it is used. */
export async function countHeldTokens(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  if ((process.env.FIREBREAK_OAUTH_TOKENS ?? '') === '') return counts;
  for (const { client_id } of await tokensInFile().catch(() => []))
    counts.set(client_id, (counts.get(client_id) ?? 0) + 1);
  return counts;
}

/** The tokens of a client, and whether the issuer still accepts each (RFC 7662). @throws FirebreakError */
export async function readTokens(attempt: Tried, of: OfClient): Promise<readonly Token[]> {
  mustBeLive(attempt.session, of.issuer);
  const held = await heldTokens(of.client);
  const issuer = await issuerAt(of.issuer, attempt.signal);
  const tokens: Token[] = [];
  for (const each of held) tokens.push({ ...each, active: await isActive(issuer, of, each, attempt.signal) });
  return tokens;
}

async function isActive(issuer: Issuer, of: OfClient, held: Held, signal: AbortSignal): Promise<boolean | null> {
  if (field(issuer.metadata, 'introspection_endpoint') === undefined) return null;
  const answer = mustAnswer(await post(issuer, of, 'introspection', held, signal), 'whether a token is active');
  // RFC 7662: whoever may not ask gets an error, or `false`; a form that we cannot read says nothing.
  const active = field(mustBeJson(answer, 'whether a token is active'), 'active');
  return typeof active === 'boolean' ? active : null;
}

export async function revokeToken(attempt: Tried, of: OfClient, token: Token): Promise<Outcome> {
  const issuer = await issuerAt(of.issuer, attempt.signal);
  return outcomeOf(await post(issuer, of, 'revocation', token, attempt.signal), `revoking ${token.name}`);
}

async function post(
  issuer: Issuer,
  of: OfClient,
  endpoint: 'revocation' | 'introspection',
  held: Held,
  signal: AbortSignal,
) {
  const url = endpointOf(issuer, `${endpoint}_endpoint`);
  const shown = await showClient(await clientCredentialOf(of), authMethodsOf(issuer, endpoint), issuer.url);
  const body = new URLSearchParams({
    token: held.token,
    ...(held.token_type_hint === undefined ? {} : { token_type_hint: held.token_type_hint }),
    ...shown.form,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...shown.headers };
  return sendOnce({ url, method: 'POST', headers, body: body.toString() }, signal);
}

/** The attacker's use: the issuer is asked about each token, and an access token is shown to it. */
export async function probeTokens(attempt: Tried, of: OfClient): Promise<readonly ProbeResult[]> {
  let tokens: readonly Token[];
  let issuer: Issuer;
  try {
    tokens = await readTokens(attempt, of);
    issuer = await issuerAt(of.issuer, attempt.signal);
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
    return [{ what: `Tokens of ${of.client} are not accepted`, result: 'cannot-tell', evidence: error.why }];
  }
  const results: ProbeResult[] = [];
  for (const token of tokens) {
    const used = await useToken(issuer, token, attempt.signal);
    const open = token.active === true || used === 'accepted';
    const closed = token.active === false && used !== 'accepted';
    results.push({
      what: `Token ${token.name} is not accepted`,
      result: open ? 'fails' : closed ? 'holds' : 'cannot-tell',
      evidence: `The issuer says ${token.active === null ? 'nothing' : token.active ? 'active' : 'inactive'}; shown to its userinfo it was ${used}.`,
    });
  }
  return results;
}

/** Userinfo answers whoever has an access token for it; a token for something else says nothing by being refused. */
async function useToken(
  issuer: Issuer,
  token: Token,
  signal: AbortSignal,
): Promise<'accepted' | 'refused' | 'not tried'> {
  if (token.token_type_hint === 'refresh_token' || field(issuer.metadata, 'userinfo_endpoint') === undefined)
    return 'not tried';
  const headers = { authorization: `Bearer ${token.token}` };
  const answer: OneAnswer | { readonly ok: false } = await sendOnce(
    { url: endpointOf(issuer, 'userinfo_endpoint'), method: 'GET', headers },
    signal,
  );
  if (!answer.ok) return 'not tried';
  return answer.status === 200 ? 'accepted' : 'refused';
}
