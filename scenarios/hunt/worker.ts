/** A process that takes one partition of a bus into a database, to be killed. Arguments: address, partitions, partition, database. */
import { IntakeLine } from '../../packages/platform/src/app/intake-line.ts';
import { NatsIntake } from '../../packages/platform/src/app/nats-intake.ts';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { openStorage } from '../../packages/platform/src/storage/storage.ts';

const [address = '', partitions = '', partition = '', url = ''] = process.argv.slice(2);
const storage = await openStorage({ url });
let batches = 0;
const line = new IntakeLine({
  store: storage.eventStore,
  clock: systemClock,
  appended: () => {
    batches += 1;
    process.stdout.write(`${batches}\n`);
  },
});
const intake = await NatsIntake.open({
  address,
  partitions: Number(partitions),
  partition: Number(partition),
  line,
  ackWaitMs: 2000,
  onTrouble: (error) => process.stderr.write(`${error}\n`),
});
process.stdout.write('ready\n');
process.once('SIGTERM', async () => {
  await intake.close();
  await line.close();
  await storage.close();
  process.exit(0);
});
