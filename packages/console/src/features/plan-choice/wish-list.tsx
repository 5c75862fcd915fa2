import { Button, CloseButton } from '@mantine/core';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useWish, type Wish } from './wish.ts';
import classes from './wish-list.module.css';

const words: Readonly<Record<Wish, string>> = { pin: 'must be in it', forbid: 'must not be in it' };

/** What was wished, each with the way out: also of a wish that nothing can fulfil. */
export function WishList({ titleOf }: { readonly titleOf: (lever: string) => string }) {
  const { wish, toggle, clear } = useWish();
  const all = [
    ...wish.pin.map((lever) => ({ which: 'pin' as const, lever })),
    ...wish.forbid.map((lever) => ({ which: 'forbid' as const, lever })),
  ];
  if (all.length === 0) return null;
  return (
    <section className={classes.wishes} aria-label="What is wished">
      <ul>
        {all.map(({ which, lever }) => (
          <li key={`${which} ${lever}`}>
            <Tag tone={which === 'pin' ? 'info' : 'warn'}>{words[which]}</Tag>
            <ForeignText text={titleOf(lever)} most={140} />
            <CloseButton
              size="sm"
              aria-label={`Take back: ${titleOf(lever)} ${words[which]}`}
              onClick={() => toggle(which, lever)}
            />
          </li>
        ))}
      </ul>
      <Button size="compact-sm" variant="subtle" onClick={clear}>
        Take all back
      </Button>
    </section>
  );
}
