/**
 * Access logs of Envoy as JSON: an AI gateway (Envoy AI Gateway, Istio, KServe's ingress) in front of models. Names are those of
 * Envoy's and Istio's default JSON format, with the fields that Envoy AI Gateway's documentation adds for generative AI. The
 * caller is a node only where mutual TLS showed its SPIFFE ID; a header that the caller wrote itself names nobody.
 */
import { type EventFormat, kubernetesId, type NormalEvent } from '@firebreak/contract';
import { spiffeName, spiffeNodeId } from '../../graph/names/spiffe-id.ts';
import { field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { numberOf } from '../number-of.ts';
import { told } from '../told.ts';

const paths = ['x-envoy-origin-path', 'path', ':path'] as const;
const models = ['genai_model_name', 'gen_ai.request.model', 'request_model', 'model_name'] as const;

export default {
  id: 'envoy-access',
  title: 'Envoy access logs of gateways before models',
  systems: ['spiffe'],
  is: (value) =>
    textAt(value, 'start_time') !== undefined &&
    field(value, 'response_code') !== undefined &&
    textAt(value, 'method') !== undefined &&
    firstOf(value, paths) !== undefined,
  read(value) {
    const method = textAt(value, 'method') ?? '';
    // Without the query: it may hold what nobody should see.
    const path = (firstOf(value, paths) ?? '').split('?', 1)[0] ?? '';
    const model = firstOf(value, models);
    const peer = textAt(value, 'downstream_peer_uri_san') ?? textAt(value, 'source_principal');
    const name = peer === undefined ? undefined : spiffeName(peer);
    const account = /^\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(name?.path ?? '');
    const id = peer === undefined ? undefined : spiffeNodeId(peer);
    const outcome = outcomeOf(numberOf(field(value, 'response_code')));
    return {
      time: moment(field(value, 'start_time')),
      system: textAt(value, 'authority') ?? textAt(value, ':authority') ?? 'gateway',
      actor: {
        name: peer ?? 'nobody named',
        ...told({
          id,
          also: account === null ? undefined : [kubernetesId('ServiceAccount', account[1], account[2] ?? '')],
          session: textAt(value, 'downstream_tls_session_id'),
          address: firstOf(value, ['downstream_remote_address', 'x-forwarded-for'])?.replace(/:\d{1,5}$/, ''),
          agent: firstOf(value, ['user_agent', 'user-agent']),
        }),
      },
      operation: [method, path, model].filter(Boolean).join(' '),
      activity: activityOf(method, path),
      targets: [],
      outcome,
      ...told({
        reason: outcome === 'done' ? undefined : firstOf(value, ['response_code_details', 'response_flags']),
        ownId: firstOf(value, ['x-request-id', 'request_id']),
      }),
    };
  },
} satisfies EventFormat;

function firstOf(value: unknown, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = textAt(value, name);
    if (found !== undefined && found !== '-') return found;
  }
  return undefined;
}

function activityOf(method: string, path: string): NormalEvent['activity'] {
  if (method === 'GET' || method === 'HEAD' || path.endsWith('/embeddings')) return 'read';
  if (method === 'DELETE') return 'delete';
  return /\/(completions|responses|messages|infer|predict|generate|mcp)$|:(predict|generateContent|rawPredict)$/.test(
    path,
  )
    ? 'execute'
    : 'change';
}

function outcomeOf(code: number): NormalEvent['outcome'] {
  if (Number.isNaN(code) || code === 0) return 'unknown';
  if (code === 401 || code === 403 || code === 429) return 'refused';
  return code < 400 ? 'done' : 'failed';
}
