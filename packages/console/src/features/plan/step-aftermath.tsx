import type { StepRun } from '@firebreak/contract/incident';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PathCard } from '../paths/path-card.tsx';
import classes from './step-aftermath.module.css';
import { StepFact } from './step-fact.tsx';

/** What became of a step after it was done: how long it stands, whether it was reverted, what is still reachable, what its undo met. */
export function StepAftermath({ run }: { readonly run: StepRun }) {
  const { expiresAt, reasserted, reverted, residual, leftovers = [] } = run;
  return (
    <>
      {expiresAt !== undefined && (
        <StepFact name="Expires">
          <Moment at={expiresAt} />
        </StepFact>
      )}
      {reverted !== undefined && (
        <StepFact name="Reverted">
          <span className={classes.reverted}>
            <Moment at={reverted.at} />
            {reverted.by !== null && (
              <>
                {' '}
                by <ForeignText text={reverted.by} most={80} />
              </>
            )}
            : <ForeignText text={reverted.what} />
          </span>
        </StepFact>
      )}
      {reasserted !== undefined && (
        <StepFact name="Done again">{count(reasserted, 'time')}, because somebody had reverted it</StepFact>
      )}
      {residual !== undefined && (
        <StepFact name="Then">
          {residual.reachable === null ? (
            <ForeignText text={residual.detail} />
          ) : (
            <details>
              <summary>{count(residual.reachable, 'protected node')} still reachable after this stage</summary>
              <p>
                <ForeignText text={residual.detail} />
              </p>
              {residual.paths.map((path) => (
                <PathCard key={path.goal.id} path={path} allOpen={false} />
              ))}
            </details>
          )}
        </StepFact>
      )}
      {leftovers.length > 0 && (
        <StepFact name="Changed by others">
          <table className={classes.leftovers}>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Before</th>
                <th scope="col">Ours</th>
                <th scope="col">Now</th>
                <th scope="col">So</th>
              </tr>
            </thead>
            <tbody>
              {leftovers.map(({ is, object, path, before, ours, now }) => (
                <tr key={`${object} ${path}`} data-is={is}>
                  <th scope="row">
                    <ForeignText text={path === '' ? '/' : path} mono />
                  </th>
                  {[before, ours, now].map((value, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the three have no identity but their place
                    <td key={at}>{value === null ? 'absent' : <ForeignText text={value} mono />}</td>
                  ))}
                  <td>{is === 'theirs' ? 'it stays as they left it' : 'somebody has to decide'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </StepFact>
      )}
    </>
  );
}
