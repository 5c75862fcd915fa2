import { githubAccountId } from '@firebreak/contract';
import { at, field, textAt } from '../../../intake/foreign.ts';
import type { Reading } from './reading.ts';

/** Of a webhook the host is kept. @param source `owner/name` or the organization. */
export async function webhooks(reading: Reading, source: string, base: string): Promise<void> {
  const { items } = await reading.list(`${base}/hooks`, undefined, ['github.webhook']);
  for (const item of items) {
    const url = textAt(item, 'config', 'url');
    const data = {
      host: reading.host,
      source: source.toLowerCase(),
      id: field(item, 'id'),
      active: field(item, 'active'),
      events: field(item, 'events'),
      // Addresses of webhooks carry secrets in their path and query.
      target: url !== undefined && URL.canParse(url) ? new URL(url).host : undefined,
      insecure_ssl: String(at(item, 'config', 'insecure_ssl') ?? '0') === '1',
      created_at: field(item, 'created_at'),
    };
    const id = githubAccountId('Webhook', reading.host, source, String(data.id));
    reading.fact('github.webhook', id, data, `${base}/hooks`);
  }
}
