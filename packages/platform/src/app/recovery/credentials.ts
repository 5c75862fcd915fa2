/** What must be rotated, and whether the old ones are dead. */
import { type CredentialAbout, type CredentialRow, type CredentialVerdict, FirebreakError } from '@firebreak/contract';
import { credentialProbes } from '../../connectors/credential-probes.ts';
import { probed, said, type Tried, together } from '../../recovery/rotate/advance.ts';
import { rotationState } from '../../recovery/rotate/credentials.ts';
import { mustHaveField } from '../station.ts';
import type { Person, RecoveryContext } from './context.ts';

export function credentialDesk({ station, boards, know, marks: marksOf }: RecoveryContext) {
  const sessionsOf = (connector: string) => station.field?.holder.target.sessionsOf?.(connector) ?? [];

  async function list(incident: string, signal: AbortSignal): Promise<readonly CredentialRow[]> {
    const [known, marks, secrets] = [
      await know(incident, signal),
      await marksOf(incident),
      await station.rotation.list(),
    ];
    return known.credentials.map((row) => ({
      ...row,
      state: rotationState(marks.get(row.item)),
      probes: probesFor({
        node: row.node?.id ?? null,
        kind: secrets.find(({ id }) => id === row.secret)?.kind ?? null,
      }),
    }));
  }

  function probesFor(about: CredentialAbout) {
    return credentialProbes
      .filter(({ connector, probe }) => probe.fits(about) && sessionsOf(connector).length > 0)
      .map(({ probe: { id, title, wants } }) => ({ id, title, wants }));
  }

  async function one(incident: string, item: string, signal: AbortSignal): Promise<CredentialRow> {
    const row = (await list(incident, signal)).find((each) => each.item === item);
    if (row === undefined) throw new FirebreakError('FB-NOT-FOUND', `The board has no credential ${item}.`);
    return row;
  }

  return {
    list,

    /** @throws FirebreakError FB-NOT-FOUND, FB-RECOVERY-STATE */
    async say(
      request: { incident: string; item: string; to: 'rotated' | 'done'; note: string },
      who: Person,
      signal: AbortSignal,
    ) {
      const row = await one(request.incident, request.item, signal);
      const next = said(row.state, request.to, request.note);
      await boards.mark({ incident: request.incident, item: row.item, by: who.by, note: request.note, ...next });
      return one(request.incident, request.item, signal);
    },

    /**
     * Tries an old secret. It is in memory for that try, and nowhere else.
     *
     * @param request.secret as the person gave it. @throws FirebreakError FB-NOT-FOUND
     */
    async probe(
      request: { incident: string; item: string; probe?: string | undefined; secret: string },
      who: Person,
      signal: AbortSignal,
    ): Promise<{ readonly row: CredentialRow; readonly verdict: CredentialVerdict }> {
      const row = await one(request.incident, request.item, signal);
      mustHaveField(station);
      const chosen = row.probes.find(({ id }) => request.probe === undefined || id === request.probe);
      const found = credentialProbes.find(({ probe }) => probe.id === chosen?.id);
      if (found === undefined)
        throw new FirebreakError(
          'FB-NOT-FOUND',
          request.probe === undefined
            ? 'Nothing that is open can try such a secret: cannot tell.'
            : `No probe ${request.probe} fits it.`,
        );
      const secrets = await station.rotation.list();
      const about = { node: row.node?.id ?? null, kind: secrets.find(({ id }) => id === row.secret)?.kind ?? null };
      const { secret } = request;
      const tries: Tried[] = [];
      for (const session of sessionsOf(found.connector)) {
        const issued = found.probe.issuedAt === undefined ? true : found.probe.issuedAt(session, about);
        if (issued === false) continue;
        tries.push({ issued, verdict: await found.probe.probe({ session, about, secret, signal }) });
      }
      const verdict = withoutSecret(together(tries), secret);
      const next = probed(row.state, verdict);
      await boards.mark({ incident: request.incident, item: row.item, by: who.by, note: found.probe.title, ...next });
      if (verdict.result === 'dead' && row.secret !== null)
        await station.rotation.decide({
          id: row.secret,
          state: 'rotated',
          by: who.by,
          reason: `Recovery of ${request.incident}: ${verdict.evidence}`,
        });
      return { row: await one(request.incident, request.item, signal), verdict };
    },
  };
}

/** A probe must not quote it; should one do so, nobody reads it. */
function withoutSecret({ result, evidence }: CredentialVerdict, secret: string): CredentialVerdict {
  return { result, evidence: secret === '' ? evidence : evidence.replaceAll(secret, '…').slice(0, 500) };
}
