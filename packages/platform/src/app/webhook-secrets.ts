/** Secrets that the command line names. Of webhooks that sign what they send, as the command line names them: `github=env:VARIABLE`, `forge=file:/path`. */
import { FirebreakError } from '@firebreak/contract';
import { secretReference, secretText } from '../intake/secret-reference.ts';

/** @throws FirebreakError FB-USAGE for what is not written so, FB-SOURCE-UNREADABLE when there is no secret at the place */
export async function webhookSecrets(written: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const each of written) {
    const [, name, way, place] = /^([\w.-]{1,64})=(env|file):(.+)$/.exec(each) ?? [];
    const reference = secretReference.safeParse(way === undefined ? undefined : { [way]: place });
    if (name === undefined || !reference.success)
      throw new FirebreakError('FB-USAGE', `--webhook ${each}: write <name>=env:<VARIABLE> or <name>=file:</path>.`);
    secrets.set(name, await secretText(reference.data, new Set()));
  }
  return secrets;
}

/** @param option for the message @param written `env:VARIABLE` or `file:/path`. @throws FirebreakError as `webhookSecrets` */
export async function secretNamed(option: string, written: string): Promise<string> {
  const [, way, place] = /^(env|file):(.+)$/.exec(written) ?? [];
  const reference = secretReference.safeParse(way === undefined ? undefined : { [way]: place });
  if (!reference.success)
    throw new FirebreakError('FB-USAGE', `${option} ${written}: write env:<VARIABLE> or file:</path>.`);
  return secretText(reference.data, new Set());
}
