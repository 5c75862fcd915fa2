import { field } from '../../../intake/foreign.ts';

/** A secret or variable without its value: the API shows those of variables. */
export function named(item: unknown): object {
  return { name: field(item, 'name'), created_at: field(item, 'created_at'), updated_at: field(item, 'updated_at') };
}
