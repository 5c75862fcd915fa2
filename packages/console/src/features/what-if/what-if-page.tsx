import { Button, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { CopyButton } from '../../ui/copy-button.tsx';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ExposureNav } from '../exposure/exposure-nav.tsx';
import { Outcome } from './outcome.tsx';
import { useTray } from './tray.ts';
import { useWhatIf } from './use-what-if.ts';
import { Picked } from './what-if-bar.tsx';
import classes from './what-if-page.module.css';

/** Exposure without what is in the tray: who no longer reaches what, and which ways are left. */
export function WhatIfPage() {
  const tray = useTray();
  const { answer, settled, error, retry } = useWhatIf();
  const nothing = tray.picked.length === 0;
  return (
    <>
      <PageHead
        title="What if"
        about="Pretend that edges, grants, objects, nodes or actions are taken away. Nothing is changed."
        completeness={answer?.completeness}
      >
        <CopyButton label="Copy the address" text={() => window.location.href} />
      </PageHead>
      <ExposureNav />
      <div className="fb-stack">
        <Panel
          title="Taken away"
          aside={
            <>
              <span>{count(tray.picked.length, 'thing')}</span>
              <Button size="compact-sm" variant="subtle" disabled={nothing} onClick={tray.clear}>
                Clear
              </Button>
            </>
          }
        >
          <AddByText />
          {nothing ? (
            <Empty title="Nothing is taken away yet.">
              Press “What if without” beside a step of a path, a node, a grant or an action on any page; or name one
              above as <code>firebreak whatif --toggle</code> takes it. A good place to begin is a hot cell of the{' '}
              <Link to="/exposure">exposure matrix</Link>.
            </Empty>
          ) : (
            <Picked />
          )}
          {error !== null && <ProblemNotice error={error} onRetry={retry} />}
        </Panel>
        {!nothing && <Outcome answer={answer} settled={settled} />}
      </div>
    </>
  );
}

function AddByText() {
  const tray = useTray();
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    tray.pick(text.trim());
    setText('');
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        aria-label="An edge, object, node or action"
        placeholder="kubernetes:Secret/registry/model-signing-key"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={2000}
        spellCheck={false}
      />
      <Button type="submit" variant="default" disabled={text.trim() === '' || tray.full}>
        Take away
      </Button>
    </form>
  );
}
