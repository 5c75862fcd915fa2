/** Secrets of webhooks that sign what they send, as the command line names them: `github=env:VARIABLE`, `forge=file:/path`. */
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
