import { escalation } from '../../aws/escalation.ts';
import { launchTemplates } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'EC2_MODIFY_LAUNCH_TEMPLATE',
  pathfinding: 'ec2-004',
  techniques: ['T1578', 'T1552.005'],
  traverse: 'hours',
  what: 'Adds commands to a launch template: the next machine made from it runs them as the template’s role.',
  why: 'It may make versions of the template and choose the one in force; the role in it is passed already.',
  cut: 'Take either right from it, or a lesser role in the template.',
  to: ['Role'],
  target: running(launchTemplates),
  steps: [
    { action: 'ec2:CreateLaunchTemplateVersion', on: 'thing' },
    { action: 'ec2:ModifyLaunchTemplate', on: 'thing' },
  ],
});
