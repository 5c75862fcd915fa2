// Seeded on purpose: graph may not import execution. `checks/boundaries.ts` fails when this is not found.
export { later } from '../execution/later.ts';
