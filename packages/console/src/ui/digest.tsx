import classes from './digest.module.css';

interface DigestProps {
  /** Hex or base64. */
  readonly value: string;
  readonly label: string;
}

/** A whole digest in groups of eight, so that two people can compare it aloud. */
export function Digest({ value, label }: DigestProps) {
  return (
    <div>
      <div className="fb-quiet">{label}</div>
      <code className={classes.digest}>
        {(value.match(/.{1,8}/g) ?? []).map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no identity but their place
          <span key={index}>{group}</span>
        ))}
      </code>
    </div>
  );
}
