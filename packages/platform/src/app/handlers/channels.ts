/** The audit of delivery channels, and approvals of what they deliver. */
import { type Estate, FirebreakError, type Gap } from '@firebreak/contract';
import { scopeOf } from '../../facts/history.ts';
import type { Handlers } from '../../http/handlers.ts';
import { textAt } from '../../intake/foreign.ts';
import { auditChannels } from '../../promotion/channels/audit.ts';
import { type JudgedCommit, judgeCommit, judgeCommits } from '../../promotion/channels/commits.ts';
import { headsOf } from '../../promotion/channels/heads.ts';
import { allowedSigners } from '../../promotion/channels/ssh-signature.ts';
import { commitsOfBranches } from '../commit-reading.ts';
import { openGpgv } from '../gpgv.ts';
import { mustHaveField, type Station } from '../station.ts';

const dayMs = 86_400_000;

/** Commits since T, each once, and those that branches are at. */
async function judgedCommits(
  estate: Estate,
  commits: readonly unknown[],
  keys: { readonly allowedSigners: string; readonly pgpKeys: string },
  since: Date,
) {
  const gpgv = await openGpgv(keys.pgpKeys);
  try {
    const signers = {
      ssh: allowedSigners(keys.allowedSigners),
      ...(gpgv === undefined ? {} : { pgp: gpgv.pgp }),
    };
    const headCommits = new Map<string, JudgedCommit>();
    for (const { id, data } of estate.all('github.branch')) {
      const judged = await judgeCommit(data.commit, signers);
      if (judged !== undefined) headCommits.set(id, judged);
    }
    const distinct = new Map(commits.map((commit) => [textAt(commit, 'sha'), commit]));
    return { headCommits, commits: await judgeCommits([...distinct.values()], signers, since) };
  } finally {
    await gpgv?.close();
  }
}

export function channelHandlers(station: Station): Pick<Handlers, 'channelAudit' | 'approveChannel'> {
  const { ledger, clock } = station;
  const store = station.storage.promotionStore;
  return {
    channelAudit: async ({ body, signal }) => {
      const { holder } = mustHaveField(station);
      const { estate, graph } = await holder.current(signal);
      const since = new Date(body.since);
      const at = clock.now();
      const before = await station.storage.factHistory
        .at(scopeOf([holder.target.spec]), since)
        .catch((error: unknown) => {
          if (error instanceof FirebreakError && error.code === 'FB-HISTORY-NONE') return error;
          throw error;
        });
      const gaps: Gap[] = graph.completeness.answer === 'limited' ? [...graph.completeness.reasons] : [];
      if (before instanceof FirebreakError)
        gaps.push({
          kinds: ['*'],
          code: before.code,
          where: body.since,
          reason: before.why,
          next: 'Keep `firebreak serve` running; what is not recorded cannot be compared.',
        });
      const read = await commitsOfBranches(holder.target, estate, since, signal);
      // What the caller brings stands for what no source reads.
      if (body.commits.length === 0) gaps.push(...read.gaps);
      return auditChannels({
        since,
        at,
        now: headsOf(estate),
        earlier: before instanceof FirebreakError ? undefined : headsOf(before.estate),
        baselines: await store.baselines(at),
        ...(await judgedCommits(estate, [...body.commits, ...read.commits], body, since)),
        completeness: gaps.length === 0 ? { answer: 'complete' } : { answer: 'limited', reasons: gaps },
      });
    },

    approveChannel: async ({ body, caller }) => {
      const { channel, value, note } = body;
      const at = clock.now();
      const baseline = {
        channel,
        value,
        note,
        by: caller.name,
        at: at.toISOString(),
        until: new Date(at.getTime() + body.days * dayMs).toISOString(),
      };
      await store.transaction(async (tx) => {
        await store.putBaseline(tx, baseline);
        const { by: _, ...told } = baseline;
        await ledger.append([{ incident: null, kind: 'channel.approved', actor: caller.name, body: told }], tx);
      });
      return baseline;
    },
  };
}
