/** Evidence for a terminal. */
import type { Destruction, ShownSnapshot, Snapshot, Vault, VaultAudit } from '@firebreak/contract';
import { bold, green, joined, red, type Shown, show, table, yellow } from './shown.ts';

export function describeVault({ snapshots, stores, kinds }: Vault, places: boolean): Shown {
  if (places)
    return joined([
      table(
        ['store', 'kind', 'where', 'lock'],
        stores.map(({ name, kind, where, lock }) => [name, kind, where, lock]),
      ),
      table(
        ['can be taken', 'what'],
        kinds.map(({ kind, title }) => [kind, title]),
      ),
    ]);
  if (snapshots.length === 0) return show`Nothing was taken.`;
  return table(
    ['snapshot', 'of', 'state', 'kept', 'by', 'why', 'until', 'held'],
    snapshots.map((each) => [
      each.id,
      each.subject,
      stateOf(each),
      `${each.pieces} pieces, ${sizeOf(each.bytes)}`,
      each.by,
      each.reason,
      each.retainUntil ?? '',
      each.holds.length === 0 ? '' : yellow('held'),
    ]),
  );
}

export function describeSnapshot(snapshot: Snapshot): Shown {
  const { id, subject, title, pieces, references, bytes, stores, sealing, retainUntil, holds, reasons, audit } =
    snapshot;
  return joined([
    show`${bold(id)}: ${title} of ${subject}, ${stateOf(snapshot)}`,
    show`${pieces} pieces kept (${sizeOf(bytes)}), ${references} by reference, in ${stores.join(', ')}, ${sealing === 'none' ? 'not sealed' : `sealed (${sealing})`}`,
    ...(retainUntil === null ? [] : [show`to be kept until ${retainUntil}`]),
    ...holds.map((hold) => yellow(show`held (${hold.id}) by ${hold.by} since ${hold.at}: ${hold.reason}`)),
    ...reasons.map((reason) => yellow(show`not in it: ${reason.where}: ${reason.code}: ${reason.reason}`)),
    ...(audit === null
      ? []
      : [show`audited ${audit.at}: ${audit.state}${audit.detail === '' ? '' : `. ${audit.detail}`}`]),
  ]);
}

export function describeShown({ snapshot, pieces, custody }: ShownSnapshot): Shown {
  return joined([
    describeSnapshot(snapshot),
    table(
      ['piece', 'bytes', 'digest'],
      pieces.map(({ name, size, sha256, reference }) => [
        name,
        size ?? '',
        sha256 ?? `${reference?.digest ?? ''} at ${reference?.at ?? ''}`,
      ]),
    ),
    table(
      ['when', 'act', 'who', 'why', 'where', 'what'],
      custody.map(({ at, act, who, why, where, detail }) => [at, act, who, why, where, detail]),
    ),
  ]);
}

export function describeAudit({ ok, snapshots }: VaultAudit): Shown {
  return joined([
    table(
      ['snapshot', 'of', 'state', 'read', ''],
      snapshots.map(({ id, subject, state, read, details }) => [
        id,
        subject,
        state === 'intact'
          ? green(state)
          : state === 'destroyed' || state === 'unfinished'
            ? yellow(state)
            : red(state),
        read,
        details.join('\n'),
      ]),
    ),
    ok ? show`Everything is as the log says.` : red('Evidence is not as the log says.'),
  ]);
}

export function describeDestruction({ snapshot, done, forbidden, ways, shared }: Destruction): Shown {
  return joined([
    ...forbidden.map((sentence) => red(sentence)),
    ...ways.map(({ store, way, blobs }) => show`${store}: ${blobs} blobs ${done ? '' : 'would be '}${way}`),
    show`${shared} blobs stay, because other evidence has the same bytes.`,
    done ? show`${snapshot} is destroyed.` : show`Nothing was changed. Do it with --yes.`,
  ]);
}

function stateOf({ state }: Snapshot): Shown {
  return state === 'complete' ? green(state) : state === 'destroyed' ? red(state) : yellow(state);
}

function sizeOf(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
