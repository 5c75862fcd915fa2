import alertmanager from './kinds/alertmanager.ts';
import syslog from './kinds/syslog.ts';
import ticket from './kinds/ticket.ts';
import webhook from './kinds/webhook.ts';
import type { Outlet, OutletConfig } from './outlet.ts';

/** @param address how people reach this server, for links */
export function openOutlet(config: OutletConfig, address: string | undefined): Outlet {
  switch (config.kind) {
    case 'webhook':
      return webhook(config);
    case 'syslog':
      return syslog(config);
    case 'ticket':
      return ticket(config, address);
    case 'alertmanager':
      return alertmanager(config, address);
  }
}
