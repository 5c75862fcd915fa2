/** Actions that hand something to users: a release, a package, an image. */
import type { WorkflowStep } from '@firebreak/contract';
import { actionOf, inputOf } from '../../graph/github/action-names.ts';

const publishers = new Set([
  'actions/create-release',
  'actions/upload-release-asset',
  'changesets/action',
  'docker/build-push-action',
  'goreleaser/goreleaser-action',
  'googleapis/release-please-action',
  'js-devtools/npm-publish',
  'katyo/publish-crates',
  'ncipollo/release-action',
  'pypa/gh-action-pypi-publish',
  'rubygems/release-gem',
  'softprops/action-gh-release',
  'svenstaro/upload-release-action',
  'wangyoucao577/go-release-action',
]);

export function publishes(step: WorkflowStep): boolean {
  const action = actionOf(step);
  if (action === undefined || !publishers.has(action)) return false;
  return action !== 'docker/build-push-action' || inputOf(step, 'push') !== 'false';
}
