/**
 * The commands, in the order of the help and of docs/cli.md: the names that a file adds, and the file. A file is read when one of its
 * names is asked for, with all that it imports: reading everything takes seconds, and most commands need little of it.
 */
import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';

export interface CommandFile {
  readonly names: readonly string[];
  readonly load: () => Promise<(program: Command, cli: CommandLine) => void>;
  /** It wants to know all the others. */
  readonly aboutAll?: true;
}

export const commandFiles: readonly CommandFile[] = [
  { names: ['serve'], load: async () => (await import('./serve.ts')).serveCommand },
  { names: ['collect'], load: async () => (await import('./collect.ts')).collectCommand },
  { names: ['nodes', 'edges'], load: async () => (await import('./export-graph.ts')).exportCommands },
  { names: ['blast'], load: async () => (await import('./blast.ts')).blastCommand },
  { names: ['paths'], load: async () => (await import('./paths.ts')).pathsCommand },
  { names: ['inventory'], load: async () => (await import('./inventory.ts')).inventoryCommands },
  { names: ['identities'], load: async () => (await import('./identities.ts')).identitiesCommand },
  { names: ['ai-tools'], load: async () => (await import('./ai-tools.ts')).aiToolsCommand },
  { names: ['request-path'], load: async () => (await import('./request-path.ts')).requestPathCommand },
  { names: ['exposure'], load: async () => (await import('./exposure.ts')).exposureCommand },
  { names: ['channels'], load: async () => (await import('./channels.ts')).channelsCommand },
  { names: ['privileges'], load: async () => (await import('./privileges.ts')).privilegesCommand },
  { names: ['reviews'], load: async () => (await import('./reviews.ts')).reviewCommands },
  { names: ['third-parties'], load: async () => (await import('./third-parties.ts')).thirdPartiesCommand },
  { names: ['lineage'], load: async () => (await import('./lineage.ts')).lineageCommand },
  { names: ['threat-model'], load: async () => (await import('./threat-model.ts')).threatModelCommand },
  { names: ['whatif'], load: async () => (await import('./what-if.ts')).whatIfCommand },
  { names: ['findings'], load: async () => (await import('./findings.ts')).findingsCommand },
  { names: ['gate'], load: async () => (await import('./gate.ts')).gateCommand },
  { names: ['artifact'], load: async () => (await import('./artifact.ts')).artifactCommand },
  { names: ['model'], load: async () => (await import('./model.ts')).modelCommand },
  { names: ['bom'], load: async () => (await import('./bom.ts')).bomCommand },
  { names: ['rules'], load: async () => (await import('./rules.ts')).rulesCommand },
  {
    names: ['detections', 'verdict', 'quality'],
    load: async () => (await import('./detections.ts')).detectionCommands,
  },
  {
    names: ['queue', 'timeline', 'merge', 'split', 'open', 'close', 'reopen', 'adopt', 'suppress', 'suppressions'],
    load: async () => (await import('./queue.ts')).queueCommands,
  },
  { names: ['tasks'], load: async () => (await import('./tasks.ts')).tasksCommand },
  { names: ['prompt'], load: async () => (await import('./prompt.ts')).promptCommand },
  { names: ['secrets'], load: async () => (await import('./secrets.ts')).secretsCommand },
  { names: ['rotation'], load: async () => (await import('./rotation.ts')).rotationCommand },
  { names: ['telemetry'], load: async () => (await import('./telemetry.ts')).telemetryCommand },
  { names: ['canary'], load: async () => (await import('./canary.ts')).canaryCommand },
  { names: ['diff'], load: async () => (await import('./diff.ts')).diffCommand },
  { names: ['scope'], load: async () => (await import('./scope.ts')).scopeCommand },
  { names: ['did'], load: async () => (await import('./did.ts')).didCommand },
  { names: ['hunt'], load: async () => (await import('./hunt.ts')).huntCommand },
  { names: ['ingest'], load: async () => (await import('./ingest.ts')).ingestCommand },
  { names: ['intake'], load: async () => (await import('./intake.ts')).intakeCommand },
  { names: ['impact'], load: async () => (await import('./impact.ts')).impactCommand },
  { names: ['plan'], load: async () => (await import('./plan.ts')).planCommands },
  { names: ['race'], load: async () => (await import('./race.ts')).raceCommand },
  { names: ['contain', 'undo'], load: async () => (await import('./contain.ts')).containCommands },
  {
    names: ['approve', 'approve-link', 'break-glass'],
    load: async () => (await import('./approve.ts')).approveCommands,
  },
  { names: ['pause', 'resume', 'abort'], load: async () => (await import('./steer.ts')).steerCommands },
  { names: ['renew'], load: async () => (await import('./renew.ts')).renewCommand },
  { names: ['watch'], load: async () => (await import('./watch.ts')).watchCommand },
  { names: ['status'], load: async () => (await import('./status.ts')).statusCommand },
  { names: ['recovery'], load: async () => (await import('./recovery.ts')).recoveryCommands },
  { names: ['playbook'], load: async () => (await import('./playbook.ts')).playbookCommands },
  { names: ['evidence'], load: async () => (await import('./evidence.ts')).evidenceCommands },
  { names: ['witness'], load: async () => (await import('./witness.ts')).witnessCommand },
  { names: ['parties'], load: async () => (await import('./parties.ts')).partiesCommand },
  { names: ['export'], load: async () => (await import('./export.ts')).exportCommand },
  { names: ['permissions'], load: async () => (await import('./permissions.ts')).permissionsCommand },
  { names: ['completion'], load: async () => (await import('./completion.ts')).completionCommand, aboutAll: true },
];
