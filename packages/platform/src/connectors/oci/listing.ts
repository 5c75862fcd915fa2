/** The two lists of a registry: its repositories and the tags of one. Paged, bounded, and of names only. */
import type { Gap } from '@firebreak/contract';
import { array, field, text } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { gapOfHttp, type HttpFailure, nextLink, pagesOf } from '../../intake/http.ts';
import { contentKinds } from './reading.ts';
import type { Registry } from './registry.ts';

type Names = { readonly ok: true; readonly names: readonly string[]; readonly next: string | undefined };

/** Names of a paged list of the API; what is no name at all is passed over. */
export async function* listing(
  registry: Registry,
  path: string,
  scope: string,
  key: 'repositories' | 'tags',
  signal: AbortSignal,
): AsyncGenerator<Names | HttpFailure> {
  yield* pagesOf<Names>({
    read: async (cursor) => {
      const answer = await registry.get(
        cursor === undefined ? { path, query: { n: 1000 } } : { path: cursor },
        scope,
        signal,
      );
      if (!answer.ok) return answer;
      const names = namesIn(answer.body, key);
      const invalid = { failure: 'response-invalid', reason: 'The answer is no list of names.' } as const;
      if (names === undefined) return { ok: false, ...invalid, header: answer.header };
      return { ok: true, names, next: nextLink(answer.header('link')) };
    },
    next: (page) => page.next,
    maxPages: 2000,
  });
}

function namesIn(body: Buffer, key: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const list = field(value, key);
    if (list !== null && !Array.isArray(list)) return undefined;
    return array(list).flatMap((name) => {
      const found = text(name);
      return found !== undefined && /^[\w][\w./-]{0,254}$/.test(found) ? [found] : [];
    });
  } catch {
    return undefined;
  }
}

export interface Repositories {
  readonly names: readonly string[];
  readonly gaps: readonly Gap[];
  readonly catalog: boolean;
}

export async function repositoriesOf(registry: Registry, limit: number, signal: AbortSignal): Promise<Repositories> {
  const { prefix, base } = registry.target;
  const where = `${base}/v2/_catalog`;
  const names = new Set<string>();
  const gaps: Gap[] = [];
  let catalog = true;
  const wanted = (name: string) => prefix === '' || name === prefix || name.startsWith(`${prefix}/`);
  for await (const page of listing(registry, '/v2/_catalog', 'registry:catalog:*', 'repositories', signal)) {
    if (!page.ok) {
      catalog = names.size > 0;
      // Many registries list nothing; one repository can still be named.
      const kinds = ['oci.repository', ...contentKinds];
      if (catalog || prefix === '' || page.failure === 'endless') gaps.push(gapOfHttp(page, kinds, where));
      else gaps.push(gapOfHttp(page, kinds, `${where}: only ${prefix} itself was read`));
      continue;
    }
    for (const name of page.names) if (wanted(name)) names.add(name);
    if (names.size > limit) {
      gaps.push(
        gap('FB-LIMIT-REACHED', ['oci.repository', ...contentKinds], where, `Read were ${limit} repositories.`),
      );
      break;
    }
  }
  if (!catalog && prefix !== '') names.add(prefix);
  return { names: [...names].sort().slice(0, limit), gaps, catalog };
}
