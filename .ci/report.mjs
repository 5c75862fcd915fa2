// What one of vitest's JSON reports says, for the gate:
//   report.mjs counts REPORT [FILE...]   passed and failed, as two numbers; without those files
//   report.mjs files REPORT              the files that failed, a line each
//   report.mjs failed LANE REPORT        a line for each failed test, with the first line of its message
import { readFileSync } from 'node:fs';

const [what, ...given] = process.argv.slice(2);
const read = (report) =>
  JSON.parse(readFileSync(report, 'utf8')).testResults.map(({ name, ...file }) => ({
    ...file,
    name: name.replace(`${process.cwd()}/`, ''),
  }));
const failing = (file) => file.assertionResults.filter(({ status }) => status === 'failed');

if (what === 'counts') {
  const [report, ...without] = given;
  const files = read(report).filter(({ name }) => !without.includes(name));
  const passed = files.flatMap((file) => file.assertionResults.filter(({ status }) => status === 'passed')).length;
  // A file that fails by no test of its own fell over before it had any.
  const failed = files.reduce((sum, file) => sum + (failing(file).length || Number(file.status === 'failed')), 0);
  console.log(passed, failed);
} else if (what === 'files') {
  for (const { name, status } of read(given[0])) if (status === 'failed') console.log(name);
} else {
  const [lane, report] = given;
  for (const file of read(report)) {
    const tests = failing(file).map(({ fullName, failureMessages }) => [fullName, failureMessages[0]]);
    if (file.status === 'failed' && tests.length === 0) tests.push(['(the file)', file.message]);
    for (const [test, message] of tests) {
      const [first = ''] = (message ?? '').split('\n');
      console.log(`-- ${lane}: ${file.name} > ${test}: ${first.slice(0, 300)}`);
    }
  }
}
