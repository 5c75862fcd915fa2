/**
 * What of a registry of one's own lies on this machine: its htpasswd, its configuration, and the command that restarts it. A distribution
 * registry has no API for who may do what, so these are its levers. They come from the environment of whoever runs Firebreak and
 * from nowhere else; a plan names none of them.
 */
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';

export interface House {
  /** FIREBREAK_OCI_HTPASSWD */
  readonly htpasswd: string | undefined;
  /** FIREBREAK_OCI_REGISTRY_CONFIG, with FIREBREAK_OCI_RESTART: the registry reads it when it starts. */
  readonly configuration: { readonly file: string; readonly restart: readonly [string, ...string[]] } | undefined;
}

/** A program and its arguments, as JSON: no shell reads it. */
const command = z.tuple([z.string().min(1)], z.string());

/** @throws FirebreakError FB-USAGE */
export function houseOf(environment: Readonly<Record<string, string | undefined>>): House {
  const { FIREBREAK_OCI_HTPASSWD: htpasswd, FIREBREAK_OCI_REGISTRY_CONFIG: file } = environment;
  const restart = restartOf(environment.FIREBREAK_OCI_RESTART);
  return {
    htpasswd: htpasswd === '' ? undefined : htpasswd,
    configuration: file === undefined || file === '' || restart === undefined ? undefined : { file, restart },
  };
}

function restartOf(text: string | undefined): [string, ...string[]] | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return command.parse(JSON.parse(text));
  } catch {
    throw new FirebreakError(
      'FB-USAGE',
      'FIREBREAK_OCI_RESTART must be a program and its arguments as a JSON list, for example ["systemctl","restart","docker-registry"].',
    );
  }
}
