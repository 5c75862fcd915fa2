import { useDocumentTitle } from '@mantine/hooks';
import { may, usePrincipal } from '../../data/session.ts';
import { Notice } from '../../ui/notice.tsx';
import classes from './access-page.module.css';
import { Invitations } from './invitations.tsx';
import { Tokens } from './tokens.tsx';

/** Who and what may use this installation. */
export function AccessPage() {
  useDocumentTitle('Access · Firebreak');
  const principal = usePrincipal();
  return (
    <>
      <h1 className={classes.title}>Access</h1>
      {may(principal, 'admin') ? (
        <div className={classes.columns}>
          <Tokens />
          <Invitations />
        </div>
      ) : (
        <Notice tone="info" title="Only admins manage access.">
          Ask somebody with the admin role.
        </Notice>
      )}
    </>
  );
}
