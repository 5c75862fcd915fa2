/** What the scenarios of one file share: the cluster, the separate database server, the account that Firebreak uses. */
import { type TestServer, testServer } from '../../../packages/platform/src/storage/test-database.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { appoint, type Responder } from './responder.ts';
import { openStage, type Stage } from './stage.ts';

export interface Theatre {
  readonly cluster: Cluster;
  readonly server: TestServer;
  readonly responder: Responder;
  newStage(options?: NewStage): Promise<Stage>;
  appoint(): Promise<Responder>;
  /** To be done first when the theatre closes, last one first. */
  finally(close: () => Promise<void>): void;
  close(): Promise<void>;
}

export interface NewStage {
  readonly responder?: Responder;
  /** The embedded database in place of one on the separate server. */
  readonly embedded?: boolean;
  /** So many pods run as the abused account that taking its tokens is drastic. */
  readonly widelyUsed?: boolean;
}

export async function openTheatre(): Promise<Theatre> {
  const closing: (() => Promise<void>)[] = [];
  const cluster = await openCluster();
  closing.push(() => cluster.close());
  const server = await testServer();
  closing.push(() => server.stop());
  async function newResponder(): Promise<Responder> {
    const appointed = await appoint(cluster);
    closing.push(() => appointed.dismiss());
    return appointed;
  }
  const own = await newResponder();
  return {
    cluster,
    server,
    responder: own,
    async newStage({ responder = own, embedded = false, widelyUsed = false } = {}) {
      const stage = await openStage({ cluster, responder, server: embedded ? undefined : server, widelyUsed });
      closing.push(() => stage.close());
      return stage;
    },
    appoint: newResponder,
    finally: (close) => closing.push(close),
    async close() {
      for (const close of closing.reverse()) await close();
    },
  };
}
