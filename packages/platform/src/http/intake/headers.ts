/** What senders say of a body in headers, put into the body, where formats look for it. */
import type { IncomingHttpHeaders } from 'node:http';
import { record } from '../../intake/foreign.ts';

const mostHeaders = 50;

/** A CloudEvent in binary mode becomes one in structured mode; a delivery of GitHub gets its id and the kind of its event. */
export function withHeaders(body: unknown, headers: IncomingHttpHeaders): unknown {
  if (typeof headers['ce-specversion'] === 'string' && typeof headers['ce-type'] === 'string') {
    const told = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
    return {
      ...Object.fromEntries(told.slice(0, mostHeaders).map(([name, value]) => [name.slice(3), value])),
      data: body,
    };
  }
  const [delivery, kind] = [headers['x-github-delivery'], headers['x-github-event']];
  const delivered = record(body);
  if (typeof delivery !== 'string' || typeof kind !== 'string' || delivered === undefined) return body;
  return { ...delivered, delivery_id: delivery, delivery_event: kind };
}
