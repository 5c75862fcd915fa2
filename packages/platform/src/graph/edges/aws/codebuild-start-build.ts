import { escalation } from '../../aws/escalation.ts';
import { projects } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';
import codebuildCreateProjectStartBuild from './codebuild-create-project-start-build.ts';

export default escalation({
  label: 'CODEBUILD_START_BUILD',
  pathfinding: 'codebuild-002',
  techniques: ['T1072'],
  what: 'Starts a build with commands of its own in place of the project’s, as the project’s role.',
  why: 'It may start builds, and a start may bring its own buildspec.',
  cut: 'Take codebuild:StartBuild from it, or a lesser role for the project.',
  to: ['Role'],
  target: running(projects),
  needs: ['aws.codebuild-project'],
  steps: [{ action: 'codebuild:StartBuild', on: 'thing' }],
  coveredBy: [codebuildCreateProjectStartBuild],
});
