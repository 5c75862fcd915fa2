import { reviewVerdicts } from '@firebreak/contract';
import { Argument, type Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { describeReview, describeReviews } from '../review-text.ts';
import { withJson } from '../source-options.ts';

interface DecideOptions {
  readonly note: string;
  readonly server?: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** `firebreak reviews`: review campaigns, and signing off what they ask. `privileges --review` opens one. */
export function reviewCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const reviews = program.command('reviews').description('review campaigns over privileges');

  withJson(withDesk(reviews.command('show [review]')))
    .description('all campaigns, or one with its items')
    .action(async (id: string | undefined, { json }: { json?: boolean }, command: Command) => {
      if (id === undefined) {
        const all = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.reviews());
        await (json ? output.json({ reviews: all }) : output.text(describeReviews(all)));
        return;
      }
      const review = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.review(id));
      await (json ? output.json(review) : output.text(describeReview(review)));
    });

  withJson(withName(withDesk(reviews.command('decide <review> <item>'))))
    .addArgument(new Argument('<verdict>', 'what becomes of the grants').choices(reviewVerdicts))
    .description('sign off one item: keep, reduce or revoke; a decision stands')
    .option('--note <text>', 'why', '')
    .action(
      async (
        review: string,
        item: string,
        verdict: (typeof reviewVerdicts)[number],
        options: DecideOptions,
        command: Command,
      ) => {
        const by = actingName(options.as);
        const decided = await atDesk(cli, command, { doing: 'Deciding' }, (desk) =>
          desk.decideReview({ review, item, verdict, note: options.note, by }),
        );
        await (options.json ? output.json(decided) : output.text(describeReview(decided)));
      },
    );
}
