/** OCSF events as JSON by POST, signed as GitHub signs its webhooks. */
import { createHmac } from 'node:crypto';
import { secretText } from '../../../intake/secret-reference.ts';
import type { Outlet, OutletOf } from '../outlet.ts';
import { post } from '../post.ts';

export default (config: OutletOf<'webhook'>): Outlet => ({
  async tell({ ocsf, id, kind }, signal) {
    const body = JSON.stringify(ocsf);
    const { url, headers, secret } = config;
    const signature =
      secret === undefined
        ? {}
        : {
            'x-firebreak-signature': `sha256=${createHmac('sha256', await secretText(secret, new Set()))
              .update(body)
              .digest('hex')}`,
          };
    const about = { 'x-firebreak-delivery': id, 'x-firebreak-event': kind };
    return post({ url, method: 'POST', headers, body }, { ...about, ...signature }, signal);
  },
  close: async () => {},
});
