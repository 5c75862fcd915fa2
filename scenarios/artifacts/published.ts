/**
 * Ways around scanners and into loaders that were published since, by advisory or report: names that lists of bad ones lacked, a
 * scanner's picture of the stack bent, what HDF5, ONNX and GGUF let a file say. Made from the words of the advisories, as `hostile.ts`.
 */
import { gzipSync } from 'node:zlib';
import { operations } from '../../packages/platform/src/artifacts/inspection/pickle/operations.case.ts';
import { calling, op, tarOf, u32, u64, zipOf } from './assemble.ts';
import { kerasModel, npy, onnx, torchMembers } from './honest.ts';

export interface Hostile {
  readonly name: string;
  /** Advisory or document that describes it, where there is one. */
  readonly from?: string;
  readonly bytes: Buffer;
  /** Unless it says otherwise it must be called unsafe. */
  readonly atLeast?: 'suspicious' | 'cannot-tell';
}

const { join, text, global, tuple, reduce, proto, stop } = op;
const payload = calling('os', 'system');
const system = global('os', 'system');
const id = text('id');

/** Each with where it was told. */
const names: Readonly<Record<string, string>> = {
  'CVE-2026-56304 (picklescan)': 'logging.FileHandler logging.handlers.SocketHandler',
  'fickling 0.1.7': 'runpy.run_module',
  'CVE-2026-22608 (fickling)': 'pydoc.locate pydoc.pipepager ctypes.CDLL ctypes.cdll.LoadLibrary',
  'GHSA-5j3x-jp52-966f (fickling)':
    'torch.serialization.os.system collections.abc.sys.modules.get ntpath.os.popen numpy.os.system joblib.os.system',
  'fickling 0.1.12, an allow-list that was never asked':
    '_interpreters.run_string _xxsubinterpreters.run_string imp.load_source pipes.Template zipimport.zipimporter unittest.main test.support.script_helper.assert_python_ok inspect.getattr_static codeop.compile_command commands.getoutput _frozen_importlib.BuiltinImporter.load_module',
  'fickling 0.1.8 to 0.1.11, modules that were added':
    'telnetlib.Telnet poplib.POP3 nntplib.NNTP xmlrpc.client.ServerProxy sqlite3.connect _sqlite3.connect fileinput.input glob.glob platform.popen linecache.getlines difflib.HtmlDiff compileall.compile_file py_compile.compile mmap.mmap select.poll selectors.DefaultSelector syslog.syslog tarfile.open zipfile.ZipFile shelve.open tempfile.NamedTemporaryFile filecmp.cmp pexpect.run _socket.socket urllib2.urlopen httplib.HTTPSConnection',
  'picklescan, advisories of 2025':
    'idlelib.calltip.Calltip.fetch_tip idlelib.calltip.get_entity idlelib.debugobj.ObjectTreeItem.SetText idlelib.run.Executive.runcode idlelib.autocomplete.AutoComplete.fetch_completions idlelib.pyshell.ModifiedInterpreter.runcommand lib2to3.pgen2.grammar.Grammar.loads code.InteractiveInterpreter.runcode profile.Profile.runctx trace.Trace.runctx torch._dynamo.guards.GuardBuilder.get torch._inductor.codecache.compile_file torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression torch.utils._config_module.ConfigModule.load_config torch.utils.bottleneck.__main__.run_cprofile torch.utils.bottleneck.__main__.run_autograd_prof torch.utils.data.datapipes.utils.decoder.basichandlers torch.serialization.load numpy.f2py.crackfortran._eval_length numpy.f2py.crackfortran.param_eval requests.api.get',
  'modelscan #338':
    'multiprocessing.util.spawnv_passfds mlflow.projects.backend.local._run_entry_point pandas.io.parsers.readers.read_csv pandas.read_pickle urllib.request.urlretrieve',
};

/** A pickle that calls by the name of its module and that within it, as `STACK_GLOBAL` takes them. */
function named(): Hostile[] {
  return Object.entries(names).flatMap(([from, list]) =>
    list.split(' ').map((whole): Hostile => {
      const dot = whole.lastIndexOf('.');
      return { name: `calls ${whole}`, from, bytes: calling(whole.slice(0, dot), whole.slice(dot + 1)) };
    }),
  );
}

function bent(): Hostile[] {
  const memo = (...parts: Parameters<typeof join>) => join(proto(4), ...parts);
  const setAttribute = (name: string, value: Uint8Array) => join('}', text(name), value, 's', 0x85, 'N', 0x86);
  const ways: Readonly<Record<string, readonly [string, Uint8Array]>> = {
    'MEMOIZE and BINPUT mixed': [
      'picklescan #14',
      memo(
        text('os'),
        'q\x00',
        '0',
        text('system'),
        'q\x01',
        '0',
        text('torch._utils'),
        0x94,
        '0',
        join('h\x00', 'h\x01', 0x93),
        tuple(id),
        'R.',
      ),
    ],
    'an operation between a value and its PUT': [
      'modelscan #85',
      memo(system, text('prod'), '0', 'q\x00', '0', 'h\x00', tuple(id), 'R.'),
    ],
    'an attribute of an allowed function written by BUILD': [
      'modelscan #85',
      memo(op.stackGlobal('numpy', 'dtype'), 'N', setAttribute('a', text('os')), 'b', tuple(id), 'R.'),
    ],
    'the builtins of an allowed module': [
      'modelscan #330',
      memo(op.stackGlobal('numpy', '__builtins__'), 0x94, '0', text('x'), stop),
    ],
    'a module that is made of joined letters': [
      'modelscan #331',
      memo(
        reduce(
          global('builtins', 'getattr'),
          reduce(global('importlib', 'import_module'), reduce(global('builtins', 'str.join'), text(''), text('os'))),
          text('system'),
        ),
        tuple(id),
        'R.',
      ),
    ],
    'a pickle in a pickle, as text': ['modelscan #267', calling('pickle', 'loads', op.bytes(payload))],
    'a call as a key of a dict': ['fickling', join(proto(2), '}', reduce(system, id), 'N', 's.')],
    'a call in a set that is thrown away': ['fickling', join(proto(4), 0x8f, '(', reduce(system, id), 0x90, '0N.')],
    'a call as the id of a persistent object': ['picklescan', join(proto(2), reduce(system, id), 'Q.')],
    'a factory, then a key that is missing': [
      'modelaudit #1061',
      join(proto(2), reduce(global('collections', 'defaultdict'), system), 'N', 0x86, '.'),
    ],
  };
  return Object.entries(ways).map(([name, [from, bytes]]) => ({
    name: `pickle: ${name}`,
    from,
    bytes: Buffer.from(bytes),
  }));
}

/** No operation may blind an inspection to what comes after it. */
function afterEach(): Hostile[] {
  return operations.map(([code, bytes]): Hostile => {
    const before = bytes.at(-1) === 0x2e && code !== 0x2e ? bytes.subarray(0, -1) : bytes;
    return {
      name: `pickle: a call after operation 0x${code.toString(16)}`,
      bytes: code === 0x2e ? join(before, payload) : join(before, reduce(system, id), stop),
    };
  });
}

function wrapped(): Hostile[] {
  const file = (name: string, data: Uint8Array, more: object = {}) => ({ name, data, ...more });
  const weights = zipOf([
    file('metadata.json', Buffer.from('{"keras_version": "3.15.1"}')),
    file('config.json', Buffer.from(JSON.stringify(kerasModel()))),
    file('model.weights.npz', payload),
  ]);
  return [
    { name: 'tar of a payload', bytes: tarOf([file('model.pkl', payload)]) },
    { name: 'tar.gz of a payload', bytes: gzipSync(tarOf([file('model.pkl', payload)])) },
    { name: 'tar: a way out of the folder', from: 'CVE-2025-12060', bytes: tarOf([file('../x', Buffer.of(1))]) },
    { name: 'tar: an absolute path', from: 'CVE-2025-12060', bytes: tarOf([file('/etc/x', Buffer.of(1))]) },
    {
      name: 'tar: a link out of the folder',
      from: 'CVE-2025-12638',
      bytes: tarOf([file('a', Buffer.alloc(0), { type: '2', to: '/etc' }), file('a/x', Buffer.of(1))]),
    },
    {
      name: 'tar: a hard link',
      from: 'CVE-2026-34446',
      bytes: tarOf([file('weights.bin', Buffer.alloc(0), { type: '1', to: '/etc/passwd' })]),
    },
    { name: 'tar: a device', bytes: tarOf([file('a', Buffer.alloc(0), { type: '3' })]) },
    { name: 'tar: two members of a name', bytes: tarOf([file('a', Buffer.of(1)), file('a', payload)]) },
    { name: 'tar: something behind it', bytes: join(tarOf([file('a', Buffer.of(1))]), payload) },
    { name: 'keras: a pickle as model.weights.npz', from: 'modelscan #262', bytes: weights },
    {
      name: 'torch: a payload in a zip in the archive',
      bytes: zipOf([...torchMembers(), file('m/x', zipOf([file('a', payload)]))]),
    },
    { name: 'npy of objects in a tar', bytes: tarOf([file('a.npy', npy("'|O'", '(1,)', payload))]) },
  ];
}

const textOf = (value: string) => join(u64(Buffer.byteLength(value)), value);
const pair = (key: string, type: number, value: Uint8Array) => join(textOf(key), u32(type), value);
const model = pair('general.architecture', 8, textOf('llama'));
function ggufOf(pairs: readonly Uint8Array[], tensors: readonly Uint8Array[], data = 64): Buffer {
  const head = join('GGUF', u32(3), u64(tensors.length), u64(pairs.length), ...pairs, ...tensors);
  return join(head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(data));
}
const tensor = (dimensions: readonly (number | bigint)[], type = 0, offset: number | bigint = 0) =>
  join(textOf('w'), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));

function gguf(): Hostile[] {
  const lies: readonly (readonly [string, string, Buffer])[] = [
    ['shapes whose product overflows', 'CVE-2025-53630', ggufOf([model], [tensor([1n << 32n, 1n << 32n])])],
    ['sizes whose sum overflows', 'CVE-2026-27940', ggufOf([model], [tensor([8], 0, (1n << 64n) - 32n)])],
    ['more elements than the file holds', 'CVE-2026-7482', ggufOf([model], [tensor([1024, 1024])])],
    ['five dimensions', 'CVE-2024-21802', ggufOf([model], [tensor([1, 1, 1, 1, 1])])],
    ['2^32 - 1 dimensions', 'CVE-2024-21802', ggufOf([model], [join(textOf('w'), u32(0xffffffff))])],
    ['a key that is longer than the file', 'CVE-2024-23605', ggufOf([join(u64(1n << 40n), 'x')], [])],
    ['a key of 2^64 - 1 bytes', 'CVE-2024-23605', ggufOf([join(u64((1n << 64n) - 1n), 'x')], [])],
    [
      'an array of 2^61 numbers',
      'CVE-2024-23496',
      ggufOf([pair('tokenizer.ggml.scores', 9, join(u32(6), u64(1n << 61n)))], []),
    ],
    [
      'an array of texts that are longer than the file',
      'CVE-2025-49847',
      ggufOf([pair('tokenizer.ggml.tokens', 9, join(u32(8), u64(1), u64(1n << 63n)))], []),
    ],
    [
      'arrays in arrays in arrays',
      'llama.cpp',
      ggufOf([pair('a', 9, join(...Array.from({ length: 64 }, () => join(u32(9), u64(1)))))], []),
    ],
    ['a value of no known type', 'llama.cpp', ggufOf([pair('a', 99, u64(0))], [])],
    ['an alignment of zero', 'llama.cpp', ggufOf([pair('general.alignment', 4, u32(0))], [])],
    ['an alignment that is odd', 'llama.cpp', ggufOf([pair('general.alignment', 4, u32(7))], [])],
    ['a version of the future', 'llama.cpp', join('GGUF', u32(99), u64(0), u64(0))],
    ['a key twice', 'llama.cpp', ggufOf([model, model], [tensor([8])])],
    [
      'tensors over each other',
      'llama.cpp',
      ggufOf([model], [tensor([16]), join(textOf('v'), u32(1), u64(16), u32(0), u64(32))], 128),
    ],
  ];
  return lies.map(([name, from, bytes]) => ({ name: `gguf: ${name}`, from, bytes }));
}

function others(): Hostile[] {
  const external = (...more: (readonly [string, string])[]) =>
    onnx({ external: [['location', 'weights.bin'], ...more] });
  return [
    {
      name: 'onnx: a key that sets an attribute of the reader',
      from: 'onnx 1.21.0',
      bytes: external(['__class__', 'x']),
    },
    { name: 'onnx: an offset below zero', from: 'onnx 1.21.0', bytes: external(['offset', '-1']) },
    { name: 'onnx: a length beyond every file', from: 'onnx 1.21.0', bytes: external(['length', '9'.repeat(20)]) },
    {
      name: 'onnx: a control character in the place of data',
      from: 'CVE-2025-51480',
      bytes: onnx({ external: [['location', 'weights\n.bin']] }),
    },
    { name: 'onnx: a home folder', from: 'CVE-2024-27318', bytes: onnx({ external: [['location', '~/secret']] }) },
  ];
}

export function publishedSince(): readonly Hostile[] {
  return [...named(), ...bent(), ...afterEach(), ...wrapped(), ...gguf(), ...others()];
}
