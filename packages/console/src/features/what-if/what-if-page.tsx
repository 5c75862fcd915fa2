import type { WhatIf } from '@firebreak/contract/answers/what-if';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CopyButton } from '../../ui/copy-button.tsx';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ExposureNav } from '../exposure/exposure-nav.tsx';
import { PathCard } from '../paths/path-card.tsx';
import { BeforeAfter } from './before-after.tsx';
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
      <div className={classes.page}>
        <Panel
          title="Taken away"
          aside={
            <>
              {count(tray.picked.length, 'thing')}
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
              above as <code>firebreak whatif --toggle</code> takes it.
            </Empty>
          ) : (
            <Picked />
          )}
          {error !== null && <ProblemNotice error={error} onRetry={retry} />}
        </Panel>
        <Panel title="Exposure before and after">
          <div className={classes.figures} data-settled={settled || nothing}>
            <BeforeAfter answer={answer} />
          </div>
        </Panel>
        <Panel title="Who is relieved" flush aside={answer && count(answer.relieved.length, 'identity', 'identities')}>
          {answer === undefined || answer.relieved.length === 0 ? (
            <Empty title={answer === undefined ? 'No answer yet.' : 'Nobody loses anything.'}>
              {answer === undefined
                ? 'As soon as something is taken away, this says who no longer reaches what.'
                : 'There is another way for each of them. Open a cell of the exposure matrix and pick a step that all ways share.'}
            </Empty>
          ) : (
            <ul className={classes.relieved}>
              {answer.relieved.slice(0, 200).map((identity) => (
                <li key={identity.id}>
                  <div>
                    <NodeLink node={identity} /> <span className="fb-quiet">keeps {identity.keeps}</span>
                  </div>
                  <div>
                    no longer reaches{' '}
                    {identity.loses.slice(0, 6).map((asset, index) => (
                      <span key={asset.id}>
                        {index > 0 && ', '}
                        <NodeLink node={asset} most={40} />
                      </span>
                    ))}
                    {identity.loses.length > 6 && ` and ${identity.loses.length - 6} more`}
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Panel>
        {answer !== undefined && answer.left.length > 0 && <Left paths={answer.left} />}
      </div>
    </>
  );
}

/** Of those who are relieved of something and still reach something: the way to cut next. */
function Left({ paths }: { readonly paths: WhatIf['left'] }) {
  return (
    <Panel title="Ways that are left" aside={count(paths.length, 'way')}>
      <p className="fb-quiet">The best way that each of them still has. Take a step of it away as well to close it.</p>
      {paths.map((path, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paths have no identity of their own
        <PathCard key={index} path={path} allOpen={false} />
      ))}
    </Panel>
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
