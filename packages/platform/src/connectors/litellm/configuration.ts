/** The proxy's `config.yaml` → facts. It is the only place that says which variables the credentials come from. */
import type { Collected } from '@firebreak/contract';
import { readDocuments } from '../../intake/documents/read-documents.ts';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import {
  aliasesOf,
  credentialFact,
  deploymentFact,
  fallbacksOf,
  guardrailFact,
  mcpServerFact,
  type Place,
  proxyFact,
  variableOf,
} from './describe.ts';

const kinds = ['litellm.proxy', 'litellm.deployment', 'litellm.credential', 'litellm.guardrail', 'litellm.mcp-server'];

export async function* collectConfiguration(
  file: string,
  server: string,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  let documents = 0;
  for await (const read of readDocuments({ path: file, kinds, maxDocuments: 10 }, signal)) {
    if ('gap' in read) {
      yield read;
      continue;
    }
    documents += 1;
    if (documents === 1) yield* readConfiguration(read.document.value, { server, at: read.document.locator });
    else yield { gap: gap('FB-OBJECT-IGNORED', kinds, read.document.locator, 'A configuration is one document.') };
  }
}

function* readConfiguration(value: unknown, place: Place): Generator<Collected> {
  const known = ['model_list', 'litellm_settings', 'general_settings', 'router_settings', 'mcp_servers', 'guardrails'];
  if (!known.some((key) => field(value, key) !== undefined)) {
    yield { gap: gap('FB-OBJECT-IGNORED', kinds, place.at, 'It is no configuration of a LiteLLM proxy.') };
    return;
  }
  if (field(value, 'include') !== undefined) {
    const reason = 'It includes other files, which were not read: read each with the same address.';
    yield { gap: gap('FB-OBJECT-IGNORED', kinds, place.at, reason) };
  }
  const master = at(value, 'general_settings', 'master_key');
  const settings = field(value, 'litellm_settings');
  yield proxyFact(place, {
    // A master key may also come from the environment of the process, which no file tells of.
    authentication: master === undefined || master === null ? 'unknown' : 'key',
    database: at(value, 'general_settings', 'database_url') === undefined ? 'unknown' : 'connected',
    masterKey: master === undefined || master === null ? undefined : (variableOf(master) ?? 'inline'),
    fallbacks: [
      ...fallbacksOf(field(settings, 'fallbacks')),
      ...fallbacksOf(at(value, 'router_settings', 'fallbacks')),
      ...defaultFallbacks(field(settings, 'default_fallbacks')),
    ],
    aliases: aliasesOf(at(value, 'router_settings', 'model_group_alias')),
  });
  for (const [index, entry] of array(field(value, 'model_list')).entries())
    yield deploymentFact(place, entry, index, 'file');
  for (const entry of array(field(value, 'credential_list'))) yield credentialFact(place, entry);
  for (const [name, entry] of Object.entries(record(field(value, 'mcp_servers')) ?? {}))
    yield mcpServerFact(place, entry, name);
  for (const entry of array(field(value, 'guardrails')))
    if (textAt(entry, 'guardrail_name') !== undefined) yield guardrailFact(place, entry);
}

function defaultFallbacks(value: unknown): readonly object[] {
  const to = array(value).filter((each) => typeof each === 'string');
  return to.length === 0 ? [] : [{ model: '*', to }];
}
