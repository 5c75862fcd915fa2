/** Alerts of Prometheus' Alertmanager, API version 2: one that is over ends, one that is not stands for a day unless told again. */
import { ownAlerts } from '../../../detection/foreign/echo.ts';
import type { Message, Outlet, OutletOf } from '../outlet.ts';
import { post } from '../post.ts';

const standsMs = 24 * 3_600_000;

export default (config: OutletOf<'alertmanager'>, address: string | undefined): Outlet => ({
  async tell(message, signal) {
    const { url, headers } = config;
    const body = JSON.stringify([alertOf(message, address)]);
    const path = new URL('api/v2/alerts', url.endsWith('/') ? url : `${url}/`).href;
    return post({ url: path, method: 'POST', headers, body }, {}, signal);
  },
  close: async () => {},
});

/** Labels say which alert it is, so they must not change while it stands. */
function alertOf(
  { kind, id, title, text, severity, incident, at, detection, row }: Message,
  address: string | undefined,
) {
  const isOver = row !== undefined && (row.closed !== null || row.mergedInto !== null);
  const started = row?.first ?? row?.openedAt ?? detection?.first ?? at;
  return {
    labels: {
      alertname: ownAlerts[kind],
      id: row?.id ?? id,
      ...(detection === undefined ? {} : { detector: detection.detector, severity }),
      ...(incident === null ? {} : { incident }),
    },
    annotations: { summary: title, description: text, severity },
    startsAt: started,
    endsAt: isOver ? at : new Date(new Date(at).getTime() + standsMs).toISOString(),
    ...(address === undefined || incident === null
      ? {}
      : { generatorURL: new URL(`/incidents/${incident}`, address).href }),
  };
}
