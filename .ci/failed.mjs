// failed.mjs LANE REPORT: a line for each failed test of one of vitest's JSON reports, with the first line of its message.
import { readFileSync } from 'node:fs';

const [lane, report] = process.argv.slice(2);
for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  for (const { fullName, failureMessages } of failed) tell(file.name, fullName, failureMessages[0]);
  if (file.status === 'failed' && failed.length === 0) tell(file.name, '(the file)', file.message);
}

function tell(file, test, message) {
  const [first = ''] = (message ?? '').split('\n');
  console.log(`-- ${lane}: ${file.replace(`${process.cwd()}/`, '')} > ${test}: ${first.slice(0, 300)}`);
}
