import { escalation } from '../../aws/escalation.ts';
import { projects } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';
import codebuildCreateProjectStartBuildBatch from './codebuild-create-project-start-build-batch.ts';

export default escalation({
  label: 'CODEBUILD_START_BUILD_BATCH',
  pathfinding: 'codebuild-003',
  techniques: ['T1072'],
  what: 'Starts a batch of builds with commands of its own in place of the project’s, as the project’s role.',
  why: 'It may start batches, and a start may bring its own buildspec.',
  cut: 'Take codebuild:StartBuildBatch from it, or a lesser role for the project.',
  to: ['Role'],
  target: running(projects),
  needs: ['aws.codebuild-project'],
  steps: [{ action: 'codebuild:StartBuildBatch', on: 'thing' }],
  coveredBy: [codebuildCreateProjectStartBuildBatch],
});
