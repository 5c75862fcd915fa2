import { textAt } from '../../../intake/foreign.ts';

/** Whose repositories these are: what their pages' address says, or else the API's. */
export function hostOf(value: unknown, address: string): string {
  const page = textAt(value, 'html_url');
  if (page !== undefined && URL.canParse(page)) return new URL(page).host.toLowerCase();
  const { host } = URL.canParse(address) ? new URL(address) : { host: 'github.com' };
  return host.replace(/^api\./, '').toLowerCase();
}
