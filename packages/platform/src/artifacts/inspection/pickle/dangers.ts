/** What names are known for, so that a reason says what would happen. Nothing is let through for not being here. */
const known: readonly (readonly [RegExp, string])[] = [
  [
    /^(os|posix|nt|subprocess|_posixsubprocess|commands|popen2|pty|platform\.popen|asyncio\.unix_events|uuid|imaplib|_pyrepl|_osx_support|_aix_support|distutils\.spawn)(\.|$)/,
    'runs commands',
  ],
  [
    /^(builtins|__builtin__)\.(eval|exec|execfile|compile|__import__|getattr|setattr|globals|open|input|breakpoint|apply)$/,
    'runs code or reaches everything',
  ],
  [
    /^(runpy|code|codeop|timeit|cProfile|profile|pdb|bdb|trace|doctest|idlelib|lib2to3|ensurepip|pip|venv|site|numpy\.f2py|numpy\.testing|torch\.utils\.collect_env|torch\.fx|torch\._dynamo|torch\._inductor|pydoc)(\.|$)/,
    'runs code',
  ],
  [
    /^(marshal|types|pickle|_pickle|cPickle|dill|cloudpickle|shelve|joblib\.load|torch\.load|numpy\.load|pandas\.read_pickle)(\.|$)/,
    'builds code or loads another pickle',
  ],
  [
    /^(operator|_operator|functools|_functools|importlib|pkgutil|inspect|gc|sys|ctypes|_ctypes|cffi|itertools)(\.|$)/,
    'reaches other functions by name',
  ],
  [
    /^(socket|_socket|ssl|http|httplib|urllib|urllib2|requests|aiohttp|smtplib|ftplib|telnetlib|poplib|webbrowser|xmlrpc|socketserver)(\.|$)/,
    'uses the network',
  ],
  [
    /^(io|_io|shutil|tempfile|pathlib|glob|fileinput|linecache|zipfile|tarfile|logging|sqlite3|_sqlite3|distutils\.file_util)(\.|$)/,
    'reads or writes files',
  ],
  [/^(signal|_signal|atexit|threading|_thread|multiprocessing|concurrent)(\.|$)/, 'changes or starts processes'],
];

export function knownFor(name: string): string {
  return known.find(([pattern]) => pattern.test(name))?.[1] ?? 'runs code that is not known here';
}
