/**
 * Classic branch protection, which GitHub shows in one shape (`GET …/protection`) and takes in another (`PUT …/protection`). We keep it
 * in the shape that is taken: that is what undo has to send. What must stay true, and is tested by properties:
 *
 * - sending what was made of an answer gives that answer again: nothing is lost, widened or invented on the way;
 * - what the answer does not mention is not sent: GitHub takes absence for "off" (PUT replaces the whole), and some parts are only
 *   there for organizations;
 * - a check that any app may report is `null` in the answer and `-1` in the request;
 * - required signatures are an address of their own, which a PUT does not touch; they are read so that undo can be judged.
 *
 * Source: GitHub's description of both (`components.schemas.branch-protection`, body of `repos/update-branch-protection`).
 */
import { z } from 'zod';
import { array, at, field, record, textAt } from '../../../../intake/foreign.ts';

const actors = z.object({ users: z.array(z.string()), teams: z.array(z.string()), apps: z.array(z.string()) });
type Actors = z.infer<typeof actors>;

const reviews = z.object({
  dismiss_stale_reviews: z.boolean(),
  require_code_owner_reviews: z.boolean(),
  required_approving_review_count: z.number().int(),
  require_last_push_approval: z.boolean(),
  dismissal_restrictions: actors.optional(),
  bypass_pull_request_allowances: actors.optional(),
});

/** As a PUT takes it. */
export const protection = z.object({
  required_status_checks: z
    .object({
      strict: z.boolean(),
      /** Only one of both may be filled, and this one is what `checks` replaced. */
      contexts: z.array(z.string()).max(0),
      checks: z.array(z.object({ context: z.string(), app_id: z.number().int() })),
    })
    .nullable(),
  enforce_admins: z.boolean(),
  required_pull_request_reviews: reviews.nullable(),
  restrictions: actors.nullable(),
  required_linear_history: z.boolean(),
  allow_force_pushes: z.boolean(),
  allow_deletions: z.boolean(),
  block_creations: z.boolean(),
  required_conversation_resolution: z.boolean(),
  lock_branch: z.boolean(),
  allow_fork_syncing: z.boolean(),
});
export type Protection = z.infer<typeof protection>;

/** What PUT takes, made of what GET gave. */
export function asTaken(told: unknown): Protection {
  const isOn = (name: string) => at(told, name, 'enabled') === true;
  const checks = record(field(told, 'required_status_checks'));
  const review = record(field(told, 'required_pull_request_reviews'));
  const restrictions = record(field(told, 'restrictions'));
  return {
    required_status_checks:
      checks === undefined
        ? null
        : {
            strict: checks.strict === true,
            contexts: [],
            checks: array(checks.checks).flatMap((check) => {
              const context = textAt(check, 'context');
              const app = field(check, 'app_id');
              return context === undefined ? [] : [{ context, app_id: typeof app === 'number' ? app : -1 }];
            }),
          },
    enforce_admins: isOn('enforce_admins'),
    required_pull_request_reviews: review === undefined ? null : reviewsOf(review),
    restrictions: restrictions === undefined ? null : actorsOf(restrictions),
    required_linear_history: isOn('required_linear_history'),
    allow_force_pushes: isOn('allow_force_pushes'),
    allow_deletions: isOn('allow_deletions'),
    block_creations: isOn('block_creations'),
    required_conversation_resolution: isOn('required_conversation_resolution'),
    lock_branch: isOn('lock_branch'),
    allow_fork_syncing: isOn('allow_fork_syncing'),
  };
}

function reviewsOf(review: Readonly<Record<string, unknown>>): z.infer<typeof reviews> {
  const count = review.required_approving_review_count;
  const dismissal = record(review.dismissal_restrictions);
  const bypass = record(review.bypass_pull_request_allowances);
  return {
    dismiss_stale_reviews: review.dismiss_stale_reviews === true,
    require_code_owner_reviews: review.require_code_owner_reviews === true,
    // Where it is not told, requiring a review means one.
    required_approving_review_count: typeof count === 'number' ? count : 1,
    require_last_push_approval: review.require_last_push_approval === true,
    ...(dismissal === undefined ? {} : { dismissal_restrictions: actorsOf(dismissal) }),
    ...(bypass === undefined ? {} : { bypass_pull_request_allowances: actorsOf(bypass) }),
  };
}

function actorsOf(value: unknown): Actors {
  const names = (list: string, name: string) =>
    array(field(value, list))
      .flatMap((each) => textAt(each, name) ?? [])
      .sort();
  return { users: names('users', 'login'), teams: names('teams', 'slug'), apps: names('apps', 'slug') };
}

/** A branch that nothing protects, in the same shape: what a new protection begins with. */
export const unprotected: Protection = {
  required_status_checks: null,
  enforce_admins: false,
  required_pull_request_reviews: null,
  restrictions: null,
  required_linear_history: false,
  allow_force_pushes: false,
  allow_deletions: false,
  block_creations: false,
  required_conversation_resolution: false,
  lock_branch: false,
  allow_fork_syncing: false,
};
