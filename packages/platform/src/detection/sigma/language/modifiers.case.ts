/**
 * Every modifier of Sigma 2.1 with values for which it holds and for which it does not: what the specification says, in our own
 * words. The other implementations are asked the same (scenarios/sigma).
 */

export interface Case {
  readonly rule: string;
  readonly yes: readonly unknown[];
  readonly no: readonly unknown[];
}
export const absent = Symbol('the event has no such field');

export const cases: Readonly<Record<string, Case>> = {
  'values are compared without regard to case': {
    rule: "f: 'WhoAmI.exe'",
    yes: ['whoami.exe', 'WHOAMI.EXE'],
    no: ['whoami.ex', ' whoami.exe', '', null, absent],
  },
  'beyond ASCII as well, and a final sigma is a sigma': { rule: "f: 'ΑΣ Éé'", yes: ['ας éÉ', 'ασ ÉÉ'], no: ['ας ee'] },
  '* is any number of characters': { rule: "f: 'a*z'", yes: ['az', 'aXYz', 'A\nz'], no: ['a', 'azb', 'baz'] },
  '? is exactly one character': {
    rule: "f: 'prog?.exe'",
    yes: ['progA.exe', 'prog😀.exe'],
    no: ['prog.exe', 'progAB.exe'],
  },
  'an escaped wildcard is a character': { rule: String.raw`f: 'a\*b\?'`, yes: ['a*b?'], no: ['aXb?', 'a*bX'] },
  'a backslash before anything else is itself': {
    rule: String.raw`f: 'C:\Windows\cmd.exe'`,
    yes: [String.raw`C:\Windows\cmd.exe`],
    no: ['C:Windowscmd.exe'],
  },
  'two backslashes are one': { rule: String.raw`f: 'a\\b'`, yes: [String.raw`a\b`], no: [String.raw`a\\b`] },
  'an escaped backslash before a wildcard': {
    rule: String.raw`f: 'a\\*'`,
    yes: [String.raw`a\ `, String.raw`a\xyz`],
    no: ['a*', 'axyz'],
  },
  'three backslashes before a wildcard: both are characters': {
    rule: String.raw`f: 'a\\\*'`,
    yes: [String.raw`a\*`],
    no: [String.raw`a\x`],
  },
  'three or four backslashes are two': {
    rule: String.raw`f: ['x\\\y', 'z\\\\y']`,
    yes: [String.raw`x\\y`, String.raw`z\\y`],
    no: [String.raw`x\y`],
  },
  'an empty text is only an empty text': { rule: "f: ''", yes: [''], no: ['x', null, absent] },
  '* alone wants a value': { rule: "f: '*'", yes: ['', 'x', 0, false], no: [null, absent, []] },
  'null is no value': { rule: 'f: null', yes: [null, absent, [null]], no: ['', 0, false, 'null'] },
  'a number is a number, and its text': {
    rule: 'f: 4625',
    yes: [4625, '4625', 4625.0, '4625.0'],
    no: ['46250', 462, true],
  },
  'a text is also the number that is written so': { rule: "f: '4625'", yes: [4625, '4625'], no: ['4625.0'] },
  'a boolean is its text': { rule: 'f: true', yes: [true, 'true', 'TRUE'], no: [false, 1, 'yes'] },
  'a list of values is an or': { rule: 'f: [a, b, 3]', yes: ['A', 'b', 3], no: ['c', 'ab'] },
  'a field with several values: one is enough': { rule: 'f: a', yes: [['b', 'a'], [['a']]], no: [['b'], []] },
  contains: { rule: "f|contains: 'adm'", yes: ['adm', 'xADMx', ['b', 'adm']], no: ['ad m', 7] },
  'contains keeps wildcards inside': { rule: "f|contains: 'a*z'", yes: ['--a-z--'], no: ['za'] },
  startswith: { rule: "f|startswith: 'adm'", yes: ['ADMin'], no: ['xadm', 'ad'] },
  endswith: {
    rule: String.raw`f|endswith: '\cmd.exe'`,
    yes: [String.raw`c:\CMD.exe`],
    no: ['cmd.exe', String.raw`\cmd.exe.bak`],
  },
  'contains a number as it is written': { rule: 'f|contains: 46', yes: ['x4625', 4625], no: ['4'] },
  all: { rule: 'f|contains|all: [a, b]', yes: ['xbax', ['a', 'b']], no: ['a', 'b'] },
  cased: { rule: 'f|cased: Admin', yes: ['Admin'], no: ['admin', 'ADMIN'] },
  'contains|cased': { rule: 'f|contains|cased: Admin', yes: ['xAdminx', 'admin Admin'], no: ['xadminx'] },
  'cased|endswith with wildcards': { rule: "f|cased|endswith: 'A?c'", yes: ['xxAbc'], no: ['xxabc', 'xAbC'] },
  neq: { rule: 'f|neq: [a, b]', yes: ['c', absent, null], no: ['A', 'b'] },
  'neq of a number': { rule: 'f|neq: 5', yes: [6, 'x'], no: [5, '5'] },
  'neq|contains': { rule: 'f|contains|neq: adm', yes: ['root'], no: ['admin'] },
  'exists: true is about the field, not its value': {
    rule: 'f|exists: true',
    yes: ['', null, 0, [], {}],
    no: [absent],
  },
  'exists: false': { rule: 'f|exists: false', yes: [absent], no: [null, ''] },
  're is case-sensitive and searches': { rule: "f|re: 'a[0-9]+z'", yes: ['xa12zx'], no: ['A12Z', 'az'] },
  're|i': { rule: "f|re|i: '^a+$'", yes: ['AaA'], no: ['b'] },
  're: $ is the end without m': { rule: "f|re: '^b$'", yes: ['b'], no: ['a\nb'] },
  're|m': { rule: "f|re|m: '^b$'", yes: ['a\nb\nc'], no: ['ab'] },
  're: . is no line break without s': { rule: "f|re: 'a.b'", yes: ['a-b'], no: ['a\nb'] },
  're|s|i': { rule: "f|re|s|i: 'a.b'", yes: ['A\nB'], no: ['ab'] },
  're of a number': { rule: "f|re: '^46'", yes: [4625, '4625'], no: [1462] },
  cidr: { rule: 'f|cidr: 10.0.0.0/8', yes: ['10.1.2.3', '::ffff:10.9.9.9'], no: ['11.0.0.1', '10.0.0', 'x', 10] },
  'cidr of single bits': { rule: 'f|cidr: 192.168.1.128/25', yes: ['192.168.1.200'], no: ['192.168.1.127'] },
  'cidr, version 6': {
    rule: "f|cidr: '2001:db8::/33'",
    yes: ['2001:DB8:7fff::1'],
    no: ['2001:db8:8000::1', '10.0.0.1'],
  },
  'cidr list': { rule: "f|cidr: ['10.0.0.0/8', 'fe80::/10']", yes: ['fe80::1%eth0', '10.0.0.1'], no: ['8.8.8.8'] },
  lt: { rule: 'f|lt: 5', yes: [4, '4.9', -1], no: [5, 'four', absent] },
  lte: { rule: 'f|lte: 5', yes: [5, '5'], no: [5.1] },
  gt: { rule: 'f|gt: 5', yes: ['1e2', 6], no: [5, '5'] },
  gte: { rule: 'f|gte: 5.5', yes: [5.5], no: [5.4, null] },
  minute: { rule: 'f|minute: 7', yes: ['2026-11-21T17:07:59Z'], no: ['2026-11-21T07:17:00Z', 'x'] },
  hour: {
    rule: 'f|hour: [3, 4]',
    yes: ['2026-11-21 03:07:59', '2026-11-21T04:00:00+09:00'],
    no: ['2026-11-21T13:07:59Z'],
  },
  'hour|gte': { rule: 'f|hour|gte: 22', yes: ['2026-11-21T23:00:00Z'], no: ['2026-11-21T21:59:59Z'] },
  day: { rule: 'f|day: 21', yes: ['2026-11-21', 1795282679], no: ['2026-11-12'] },
  week: { rule: 'f|week: 53', yes: ['2026-12-31T00:00:00Z', '2027-01-03'], no: ['2027-01-04'] },
  month: { rule: 'f|month: 11', yes: ['2026-11-21T17:07:59Z', 1795282679000], no: ['2026-12-21'] },
  year: { rule: 'f|year: 2026', yes: ['2026-11-21T17:07:59Z'], no: ['2025-11-21T17:07:59Z', 2026] },
  'windash: any dash that opens an option': {
    rule: "f|contains|windash: ' -enc'",
    yes: ['x -enc', 'x /enc', 'x –enc', 'x —ENC', 'x ―enc'],
    no: ['x enc', 'x *enc'],
  },
  'windash leaves the dash inside a word': { rule: "f|windash: '-a-b'", yes: ['/a-b'], no: ['/a/b'] },
  base64: { rule: "f|base64|contains: 'http://'", yes: ['xxaHR0cDovLw==xx'], no: ['http://'] },
  'wide|base64': {
    rule: 'f|wide|base64|contains: ping',
    yes: [Buffer.from('ping', 'utf16le').toString('base64')],
    no: [Buffer.from('ping').toString('base64')],
  },
  utf16le: { rule: 'f|utf16le|contains: cmd', yes: ['xc\0m\0d\0'], no: ['cmd', '\0c\0m\0dx'] },
  utf16be: { rule: 'f|utf16be|contains: cmd', yes: ['\0c\0m\0d'], no: ['c\0m\0d\0'] },
  'utf16 has its byte order mark': {
    rule: 'f|utf16|base64: cmd',
    yes: [Buffer.from('fffe63006d006400', 'hex').toString('base64')],
    no: ['YwBtAGQA'],
  },
  'expand: one of what the placeholder stands for': {
    rule: "f|expand: '%Servers%'",
    yes: ['srv17', 'DB1'],
    no: ['%Servers%', 'x'],
  },
  'expand inside a text, and a percent sign that is one': {
    rule: String.raw`f|expand: '\%x-%Servers%'`,
    yes: ['%x-db1'],
    no: ['x-db1'],
  },
  'without expand a percent sign is one': { rule: "f: '%Servers%'", yes: ['%servers%'], no: ['db1'] },
};
