/** The recovery board and what belongs to it, for a terminal. */
import type {
  CredentialRow,
  FollowUp,
  Rebuild,
  RecoveryBoard,
  RecoveryChoice,
  ServingResult,
} from '@firebreak/contract';
import { bold, green, joined, red, type Shown, show, table, yellow } from './shown.ts';

const marks = {
  done: green('done'),
  'not-applicable': green('n/a'),
  open: yellow('open'),
  failed: red('failed'),
} as const;

export function describeBoard(board: RecoveryBoard): Shown {
  const next = board.items.find(({ id }) => id === board.next);
  return joined([
    table(
      ['item', 'state', 'what', 'by', 'proof'],
      board.items.map(({ id, state, title, after, by, at, proof }) => [
        id,
        marks[state],
        after.length === 0 ? title : show`${title}\nafter ${after.join(', ')}`,
        by === null ? '' : `${by}${at === null ? '' : `\n${at}`}`,
        proof === null ? '' : `${proof.what.slice(0, 160)}${proof.entry === null ? '' : `\nentry ${proof.entry}`}`,
      ]),
    ),
    ...(next === undefined ? [] : [show`${bold('next')} ${next.title}: ${next.next}`]),
    ...board.signOffs.map(
      ({ role, by, at, stands }) =>
        show`signed as ${role} by ${by} at ${at}${stands ? '' : ', for a board that has changed since'}`,
    ),
    show`${board.open} open; ${board.missing.length === 0 ? 'signed off by all' : `to sign: ${board.missing.join(', ')}`}; attestation ${board.attestation === null ? 'none' : board.attestation.stands ? 'made' : 'of an older board'}; access ${board.access}`,
    show`board ${board.digest}`,
  ]);
}

export function describeChoice({ subject, firstEvent, current, candidates, chosen, next }: RecoveryChoice): Shown {
  return joined([
    table(
      ['version', 'verdict', 'made', 'seen', 'served', 'why not'],
      candidates.map(({ version, verdict, made, seen, served, reasons }) => [
        version.version,
        verdict === 'fit' ? green(verdict) : verdict === 'open' ? yellow(verdict) : red(verdict),
        made ?? '',
        seen ?? '',
        served
          .slice(0, 2)
          .map(({ by, from, until }) => `${by} ${from} to ${until ?? 'now'}`)
          .join('\n'),
        reasons.map(({ code, why }) => `${code}: ${why}`).join('\n'),
      ]),
    ),
    show`${subject.name}: first suspicious event ${firstEvent}, served now ${current?.version ?? 'nothing'}`,
    show`${bold(chosen === null ? 'none' : chosen)} ${next}`,
  ]);
}

export function describeServing(results: readonly ServingResult[]): Shown {
  const words = { holds: green('HOLDS'), 'not-yet': red('NOT YET'), 'cannot-tell': yellow('CANNOT TELL') } as const;
  return joined(results.map(({ check, result, what }) => show`${words[result]} ${check}: ${what}`));
}

export function describeCredentials(rows: readonly CredentialRow[]): Shown {
  if (rows.length === 0) return show`Nothing is to be rotated.`;
  return table(
    ['item', 'state', 'what', 'why', 'can be tried by'],
    rows.map(({ item, state, title, why, probes }) => [
      item,
      state === 'done' || state === 'not-applicable' ? green(state) : yellow(state),
      title,
      why,
      probes.map(({ id, wants }) => `${id} (${wants})`).join('\n') || 'nothing: cannot tell',
    ]),
  );
}

export function describeRebuild({ rows }: Rebuild): Shown {
  if (rows.length === 0) return show`No workload was within reach.`;
  return table(
    ['workload', 'container', 'image', 'verdict', 'rebuild from'],
    rows.map(({ workload, container, image, verdict, why, good }) => [
      workload.name,
      container,
      image,
      show`${verdict === 'known-good' ? green(verdict) : red(verdict)}\n${why}`,
      good === null ? '' : `${good.digest}\n${good.from}`,
    ]),
  );
}

export function describeFollowUps(list: readonly FollowUp[]): Shown {
  if (list.length === 0) return show`There is no follow-up.`;
  return table(
    ['follow-up', 'state', 'what', 'owner', 'due', 'last audit'],
    list.map(({ id, state, overdue, title, owner, due, audit }) => [
      id,
      overdue ? red('overdue') : state === 'open' ? yellow(state) : green(state),
      title,
      owner,
      due,
      audit === null ? '' : `${audit.result}: ${audit.what}`,
    ]),
  );
}
