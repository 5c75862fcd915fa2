/**
 * A dataset that has versions of its own, by reference: the DVC files of a repository with the digest of every output
 * (`data:Dvc/<folder>`), or a branch or tag of lakeFS with the commit that it is at (`data:Lakefs/<repository>/<ref>`). For lakeFS:
 * LAKECTL_SERVER_ENDPOINT_URL, LAKECTL_CREDENTIALS_ACCESS_KEY_ID, LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY, as its own program has them.
 */
import { FirebreakError, type SnapshotPiece, type Snapshotter } from '@firebreak/contract';
import { array, field, textAt } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { basic, gapOfHttp, openHttp } from '../../../intake/http.ts';
import { theseBytes } from '../../../intake/open-body.ts';
import { dvcPieces } from '../dvc.ts';
import { type DataSession, readable } from '../session.ts';

export default {
  id: 'data.versioned',
  title: 'Dataset of DVC or lakeFS',
  kinds: ['Dvc', 'Lakefs'],
  permissions: ['read the files', 'fs:ReadBranch, fs:ReadCommit of lakeFS'],
  takes: () => true,
  async *take({ kind, path }, session, signal) {
    yield* kind === 'Dvc' ? dvcPieces(await readable(path, session), signal) : lakefs(path, signal);
  },
} satisfies Snapshotter<DataSession>;

async function* lakefs(path: string, signal: AbortSignal): AsyncGenerator<SnapshotPiece> {
  const [, repository, ref] = /^([a-z0-9][a-z0-9-]{2,62})\/([\w.-]{1,200})$/.exec(path) ?? [];
  const { LAKECTL_SERVER_ENDPOINT_URL: base, LAKECTL_CREDENTIALS_ACCESS_KEY_ID: key } = process.env;
  if (repository === undefined || ref === undefined)
    throw new FirebreakError('FB-EVIDENCE-SUBJECT', 'A dataset of lakeFS is data:Lakefs/<repository>/<ref>.');
  if (base === undefined)
    throw new FirebreakError('FB-EVIDENCE-SUBJECT', 'Which lakeFS? LAKECTL_SERVER_ENDPOINT_URL is not set.');
  const secret = process.env.LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY ?? '';
  const client = openHttp({ base, headers: key === undefined ? {} : { authorization: basic(key, secret) } });
  try {
    const call = `/api/v1/repositories/${repository}/refs/${ref}/commits`;
    const answer = await client.json({ path: call, query: { amount: 1 } }, signal);
    const [commit] = answer.ok ? array(field(answer.value, 'results')) : [];
    const id = textAt(commit, 'id');
    if (!answer.ok) yield { missing: gapOfHttp(answer, ['*'], `${client.address}${call}`) };
    else if (id === undefined) yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], path, 'It has no commit.') };
    else {
      const bytes = Buffer.from(JSON.stringify(commit));
      yield { name: 'commit.json', mediaType: 'application/json', size: bytes.length, bytes: theseBytes(bytes) };
      yield {
        name: `${repository}/${ref}`,
        mediaType: 'application/octet-stream',
        reference: `lakefs://${repository}/${id}/`,
        digest: `lakefs-commit:${id}`,
        size: null,
        because: 'lakeFS keeps every object of a commit by its digest.',
        retention: null,
      };
    }
  } finally {
    await client.close();
  }
}
