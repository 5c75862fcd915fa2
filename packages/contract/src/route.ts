/** What a route is: how it is called, by whom, and what it answers. */
import type { z } from 'zod';
import type { Role } from './incident.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  /** The least role that may call it; `public` needs no sign-in. */
  readonly role: Role | 'public';
  /** Also for whoever has the token that the server was given for it (`serve --metrics-token`). */
  readonly scraped?: true;
  /** Called by what writes logs, and not by people. */
  readonly intake?: Intake;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** A megabyte when absent. */
  readonly maxBodyBytes?: number;
  /** Absent for event streams and files. */
  readonly returns?: z.ZodType;
  readonly produces?:
    | 'application/json'
    | 'application/x-ndjson'
    | 'text/event-stream'
    | 'application/x-tar'
    | 'text/plain; version=0.0.4; charset=utf-8'
    | 'application/octet-stream';
}

/** Such a route is also for the role `sensor`, and takes what is packed (gzip, zstd, deflate) and lines of JSON too. */
export interface Intake {
  /** Speaks OTLP: protobuf or JSON, as the request is. */
  readonly otlp?: 'traces' | 'logs' | 'metrics';
  /** The body reaches its handler as the bytes of JSON that came, unpacked and not parsed. */
  readonly bytes?: true;
  /** A header for the token, of senders that can set no `Authorization`. */
  readonly tokenIn?: string;
  /** The path's `name` says whose secret the body is signed with (`X-Hub-Signature-256`); such a route is `public`. */
  readonly signed?: true;
}
