/** Everything that a runner needs, on one database, for tests. */
import type { Estate, LedgerEntry } from '@firebreak/contract';
import { createIncidents, type Incidents } from '../../incidents/incident.ts';
import { systemClock } from '../../kernel/clock.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { createLedger, type Ledger } from '../../ledger/ledger.ts';
import type { Transaction } from '../../storage/database.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import { createAuthority } from '../approval/authority.ts';
import { capabilityKey } from '../approval/capability.ts';
import { openApprovalPolicy } from '../approval/policy.ts';
import type { Prove } from '../end-of-execution.ts';
import type { Pace } from '../pace.ts';
import { createRunner, type Runner, type RunnerParts } from '../runner.ts';
import { createSeal } from '../seal.ts';
import type { ExecutionStore } from '../store.ts';
import {
  breakSwitch,
  openSwitches,
  type Switchboard,
  type SwitchTable,
  setSwitch,
  slideSwitch,
} from './switchboard.case.ts';

/** So short that a takeover takes no time worth mentioning. */
const quickPace: Partial<Pace> = {
  leaseMs: 1_000,
  heartbeatMs: 200,
  pollMs: 50,
  attempts: 4,
  backOffMs: () => 20,
  readBackWaitsMs: [5, 10],
  probeWaitsMs: [5, 10],
};

export interface Workplace {
  readonly url: string;
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly incidents: Incidents;
  readonly switches: SwitchTable;
  runner(parts?: Partial<RunnerParts<Transaction>> & { switches?: Partial<Switchboard> }): Runner;
  openIncident(): Promise<string>;
  entries(incident: string): Promise<readonly LedgerEntry[]>;
  /** Ends all runners; between tests, so that none takes another's work. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

const nothingKnown: Estate = { all: () => [], get: () => undefined, gaps: [], size: 0 };
const proven: Prove = async () => ({ contained: true, reachable: [], detail: 'Nothing is reachable.' });

export async function openWorkplace(url: string): Promise<Workplace> {
  const storage = await openStorage({ url });
  const switches = await openSwitches(url);
  const approvals = await openApprovalPolicy();
  const ledger = createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock: systemClock });
  const incidents = createIncidents({ store: storage.incidentStore, ledger, clock: systemClock });
  const runners: Runner[] = [];
  async function rest(): Promise<void> {
    for (const runner of runners.splice(0)) await runner.close();
  }
  return {
    url,
    storage,
    ledger,
    incidents,
    switches,
    runner({ switches: own, pace, ...parts } = {}) {
      const runner = createRunner<Transaction>({
        store: storage.executionStore,
        ledger,
        actions: [setSwitch, breakSwitch, slideSwitch],
        session: () => ({ ...switches, ...own }),
        estate: () => nothingKnown,
        prove: proven,
        approvals,
        authority: createAuthority({
          approvals: storage.approvalStore,
          store: storage.executionStore,
          ledger,
          key: capabilityKey(Buffer.alloc(32, 9)),
          clock: parts.clock ?? systemClock,
        }),
        asset: () => undefined,
        seal: createSeal(Buffer.alloc(32, 7)),
        clock: systemClock,
        pace: { ...quickPace, ...pace },
        ...parts,
      });
      runners.push(runner);
      return runner;
    },
    async openIncident() {
      return (await incidents.open({ title: 'test', compromised: ['test:Switch/x'], protect: 'default', by: 'ann' }))
        .id;
    },
    async entries(incident) {
      const found: LedgerEntry[] = [];
      for await (const { entry } of ledger.entries(incident)) {
        if (entry.incidentSeq !== found.length)
          throw new Error(`entry ${found.length} says that it is ${entry.incidentSeq}`);
        found.push(entry);
      }
      return found;
    },
    rest,
    async close() {
      await rest();
      await switches.close();
      await storage.close();
    },
  };
}

/** A store that says where it is before, inside and after each of its transactions. */
export function watchedStore(
  store: ExecutionStore<Transaction>,
  at: (where: string) => Promise<void>,
): ExecutionStore<Transaction> {
  return {
    ...store,
    async claim(...request) {
      const claims = await store.claim(...request);
      if (claims.length > 0) await at('claimed');
      return claims;
    },
    async transaction(work) {
      await at('before the transaction');
      const result = await store.transaction(async (tx) => {
        const inner = await work(tx);
        await at('before the commit');
        return inner;
      });
      await at('after the commit');
      return result;
    },
  };
}
