/**
 * Vector and feature stores. `stores:<folder | file | ->` reads what sets them up (Qdrant and Milvus configuration, Compose, Helm
 * values, Feast); `stores:qdrant=<url>`, `stores:weaviate=<url>` and `stores:<postgres url>` ask a running one. Keys come from
 * FIREBREAK_QDRANT_API_KEY, FIREBREAK_WEAVIATE_API_KEY and PGPASSWORD. Vectors and documents are never read.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource } from '../../intake/documents/read-documents.ts';
import { textAt } from '../../intake/foreign.ts';
import { openAddress } from '../../intake/open-address.ts';
import { actions } from './actions/index.ts';
import { readStoreFiles } from './files.ts';
import { isDatabase, nameOf } from './live/database.ts';
import { readPgvector } from './live/pgvector.ts';
import { readQdrant } from './live/qdrant.ts';
import { readWeaviate } from './live/weaviate.ts';
import type { StoresConfig } from './session.ts';

const config = z.object({
  /** A folder, a file, `-`, `qdrant=<url>`, `weaviate=<url>`, or a `postgres://` address. */
  from: z.string().min(1),
});

const web = /^(qdrant|weaviate)=(https?:\/\/.+)$/;

const reading = `# Files: reading them.
# Qdrant: a read-only API key in FIREBREAK_QDRANT_API_KEY (GET /collections, GET /collections/<name>).
# Weaviate: a user in FIREBREAK_WEAVIATE_API_KEY with this role; without the last two its roles and users stay unknown.
#   read_collections, read_roles, read_users
# PostgreSQL with pgvector: a role that may log in; catalogs are open to every role, no table is read.
CREATE ROLE firebreak LOGIN;
GRANT CONNECT ON DATABASE current_database_here TO firebreak;
-- Only to learn who needs no password:
GRANT SELECT ON pg_hba_file_rules TO firebreak;
GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO firebreak;
`;
const acting = `-- To revoke grants: a role that may grant on the table, which is a member of its owner.
GRANT table_owner_here TO firebreak;
`;

const stores: Connector<StoresConfig, StoresConfig> = {
  id: 'stores',
  title: 'Vector and feature stores',
  config,
  permissions: (wanted) => (actions.some(({ id }) => wanted.includes(id)) ? `${reading}${acting}` : reading),
  parse: (spec) => {
    if (spec === '')
      throw new FirebreakError(
        'FB-USAGE',
        'stores: needs a folder, a file, -, qdrant=<url>, weaviate=<url> or a postgres address.',
      );
    if (/^(qdrant|weaviate)=/.test(spec) && !web.test(spec))
      throw new FirebreakError('FB-USAGE', 'A running store needs an http or https address.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    if (!web.test(settings.from) && !isDatabase(settings.from)) await checkSource(settings.from);
    return settings;
  },
  close: async () => {},
  async *collect({ from }, signal) {
    const [, software, url = ''] = web.exec(from) ?? [];
    if (software === 'qdrant') yield* readQdrant(url, process.env.FIREBREAK_QDRANT_API_KEY, signal);
    else if (software === 'weaviate') yield* readWeaviate(url, process.env.FIREBREAK_WEAVIATE_API_KEY, signal);
    else if (isDatabase(from)) yield* readPgvector(from, signal);
    else yield* readStoreFiles(from, signal);
  },
  address: ({ from }) =>
    from === '-' ? 'standard input' : (openAddress(web.exec(from)?.[2] ?? from)?.address ?? from),
  canAct: ({ from }) => isDatabase(from),
  answersFor: ({ from }, params) => isDatabase(from) && textAt(params, 'store') === nameOf(from),
  actions,
};

export default stores;
