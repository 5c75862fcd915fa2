import fc from 'fast-check';
import type { Protection } from './protection.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const names = fc.uniqueArray(name, { maxLength: 4 }).map((list) => list.sort());
const actors = fc.record({ users: names, teams: names, apps: names });
const check = fc.record({ context: fc.string({ minLength: 1, maxLength: 10 }), app_id: fc.constantFrom(-1, 5, 15368) });

/** Any protection that GitHub could have, as a PUT takes it. */
export const anyProtection: fc.Arbitrary<Protection> = fc.record({
  required_status_checks: fc.option(
    fc.record({ strict: fc.boolean(), contexts: fc.constant([]), checks: fc.array(check, { maxLength: 3 }) }),
    { nil: null },
  ),
  enforce_admins: fc.boolean(),
  required_pull_request_reviews: fc.option(
    fc.record(
      {
        dismiss_stale_reviews: fc.boolean(),
        require_code_owner_reviews: fc.boolean(),
        required_approving_review_count: fc.integer({ min: 0, max: 6 }),
        require_last_push_approval: fc.boolean(),
        dismissal_restrictions: actors,
        bypass_pull_request_allowances: actors,
      },
      {
        requiredKeys: [
          'dismiss_stale_reviews',
          'require_code_owner_reviews',
          'required_approving_review_count',
          'require_last_push_approval',
        ],
      },
    ),
    { nil: null },
  ),
  restrictions: fc.option(actors, { nil: null }),
  required_linear_history: fc.boolean(),
  allow_force_pushes: fc.boolean(),
  allow_deletions: fc.boolean(),
  block_creations: fc.boolean(),
  required_conversation_resolution: fc.boolean(),
  lock_branch: fc.boolean(),
  allow_fork_syncing: fc.boolean(),
});
