/** Labels that are wrong more often than honest ones are, all in all or from one class to another. */
import { type DataCheck, evidenceOf, notChecked } from '../check.ts';
import { labelJudge, labelOf } from '../label-judge.ts';
import { poissonTail, shareAbove } from '../tail.ts';

/** A pair of classes counts when its chance is below this, all pairs taken together. */
const sure = 1e-4;
/** Of a class's rows that were relabelled to it: what a targeted flip does. */
const pairShare = { hold: 0.03, fail: 0.12 };

export default {
  id: 'labels',
  title: 'Labels that do not fit',
  start: ({ columns, reference, policy: { noise } }) => ({
    judge(sample) {
      const judge = labelJudge(columns, reference, sample);
      if (typeof judge === 'string') return notChecked(judge);
      const { classes, usual, trusted } = judge;
      const doubts = new Map<string, number[]>();
      const sizes = classes.map(() => 0);
      let judged = 0;
      for (const row of sample) {
        const label = classes.indexOf(labelOf(row, columns) ?? '');
        if (label === -1) continue;
        judged += 1;
        sizes[label] = (sizes[label] as number) + 1;
        const other = judge.doubt(row);
        if (other === undefined) continue;
        const pair = `${label} ${other}`;
        doubts.set(pair, [...(doubts.get(pair) ?? []), row.row]);
      }
      const all = [...doubts.values()].flat();
      const before = [...usual.pairs.values()].reduce((sum, count) => sum + count, 0);
      const excess = all.length / Math.max(1, judged) - (trusted ? before / usual.rows : 0);
      const isMore = !trusted || shareAbove(all.length, judged, before, usual.rows) < sure;
      const tests = classes.length * (classes.length - 1);
      const turned = [...doubts].flatMap(([pair, rows]) => {
        const [label, other] = pair.split(' ').map(Number) as [number, number];
        const size = sizes[label] as number;
        // One more than was seen: that none was seen does not say that there never is one.
        const expected = trusted
          ? (size * ((usual.pairs.get(pair) ?? 0) + 1)) / Math.max(1, usual.byClass[label] as number)
          : 0;
        const more = (rows.length - expected) / size;
        const isSure = trusted ? poissonTail(rows.length, expected) * tests < sure : rows.length >= 20;
        return isSure && more > pairShare.hold ? [{ label, other, rows, more }] : [];
      });
      const evidence = turned.map(({ label, other, rows }) =>
        evidenceOf(`Rows labelled ${classes[label]} look like ${classes[other]}.`, rows),
      );
      if (isMore && excess > noise.hold) evidence.push(evidenceOf('The labels of these rows do not fit.', all));
      const isFail = (isMore && excess > noise.fail) || turned.some(({ more }) => more > pairShare.fail);
      const share = (count: number, of: number) => `${((100 * count) / Math.max(1, of)).toFixed(1)} %`;
      const beside = trusted
        ? `; of trusted ones ${share(before, usual.rows)}`
        : '; there are no trusted rows to compare with';
      return {
        verdict: evidence.length === 0 ? 'pass' : isFail && trusted ? 'fail' : 'hold',
        why: `Of ${judged} labels ${share(all.length, judged)} are doubted${beside}.`,
        evidence,
      };
    },
  }),
} satisfies DataCheck;
