import type { HttpCommands } from '../../exchange/http-command.ts';
import type { HttpClient } from '../../intake/http.ts';

export type MlflowSession =
  | { readonly kind: 'folder'; readonly folder: string; readonly server: string }
  | {
      readonly kind: 'server';
      readonly ours: HttpClient;
      readonly anybody: HttpClient;
      /** Changes, and reads for changes. */
      readonly commands: HttpCommands;
      readonly server: string;
      readonly limits: { readonly maxExperiments: number; readonly maxRuns: number; readonly maxModels: number };
    };
