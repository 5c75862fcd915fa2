/**
 * Risk against outage, one dot an option. Dots are ordinary buttons in the order of the table; lines and axes say nothing
 * that the table does not say and are hidden from screen readers.
 */
import { useMemo } from 'react';
import classes from './choice-chart.module.css';
import { axesOf, type Frame, frontLine, labelled, lineHeight, placed, placing, ticks } from './choice-scale.ts';
import { type Option, optionName, points, span } from './option-words.ts';

interface ChoiceChartProps {
  readonly options: readonly Option[];
  readonly picked: string;
  readonly onPick: (name: string) => void;
}

const frame: Frame = { width: 620, height: 330, left: 58, right: 34, top: 38, bottom: 48 };

export function ChoiceChart({ options, picked, onPick }: ChoiceChartProps) {
  const places = useMemo(() => placed(options, frame), [options]);
  const labels = useMemo(() => labelled(places, frame), [places]);
  // What nothing beats is drawn last, so that nothing lies over it.
  const inFront = places.toSorted((a, b) => Number(a.option.front) - Number(b.option.front));
  const axes = axesOf(options);
  const { x: xOf, y: yOf } = placing(axes, frame);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.scroll} aria-label="Options by outage and risk" tabIndex={0}>
      <div className={classes.paper} style={{ width: frame.width, height: frame.height }}>
        <svg width={frame.width} height={frame.height} aria-hidden className={classes.drawing}>
          {ticks(axes.risk).map((tick) => (
            <g key={tick} className={classes.tick}>
              <line x1={frame.left} x2={frame.width - frame.right} y1={yOf(tick)} y2={yOf(tick)} />
              <text x={frame.left - 8} y={yOf(tick) + 4} textAnchor="end">
                {tick.toLocaleString()}
              </text>
            </g>
          ))}
          {ticks(axes.outage).map((tick) => (
            <g key={tick} className={classes.tick}>
              <text x={xOf(tick)} y={frame.height - frame.bottom + 18} textAnchor="middle">
                {tick.toLocaleString()}
              </text>
            </g>
          ))}
          <text className={classes.axis} x={frame.width - frame.right} y={frame.height - 8} textAnchor="end">
            outage: points of legitimate use interrupted →
          </text>
          <text className={classes.axis} x={8} y={13}>
            ↑ risk: expected loss{axes.risk.from > 0 && ' (does not begin at 0)'}
          </text>
          <path className={classes.front} d={frontLine(places)} />
          {inFront.map(({ option, x, y, radius }) => (
            <g key={option.name} data-front={option.front} data-picked={option.name === picked}>
              <circle className={classes.dot} cx={x} cy={y} r={radius} />
            </g>
          ))}
          {labels.flatMap(({ x, y, end, names }) =>
            names.map((name, line) => (
              <text
                key={name}
                className={classes.name}
                data-picked={name === optionName(picked)}
                x={x}
                y={y + line * lineHeight}
                textAnchor={end ? 'end' : 'start'}
              >
                {name}
              </text>
            )),
          )}
        </svg>
        {places.map(({ option, x, y, radius }) => (
          <button
            key={option.name}
            type="button"
            className={classes.hit}
            aria-pressed={option.name === picked}
            aria-label={spoken(option)}
            title={spoken(option)}
            style={{ left: x - radius - 3, top: y - radius - 3, width: 2 * radius + 6, height: 2 * radius + 6 }}
            onClick={() => onPick(option.name)}
          />
        ))}
      </div>
    </section>
  );
}

function spoken({ name, risk, outage, seconds, front }: Option): string {
  const place = front ? 'nothing beats it' : 'another option beats it';
  return `${optionName(name)}: risk ${points(risk)}, outage ${points(outage)}, ${span(seconds)}; ${place}`;
}
