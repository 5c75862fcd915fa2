/**
 * TensorFlow's SavedModel, frozen graphs and the metadata that Keras lays beside them (saved_model.proto, graph.proto,
 * saved_metadata.proto). A graph is a program of operators: those that run Python or touch files are unsafe, those that are not
 * known to compute only are suspicious, since whoever loads the model may have libraries that define them.
 */
import { type Bytes, Damaged } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { inspectKerasText } from './keras-config.ts';
import { fieldsOf, messageIn, shapeOf, textIn } from './protobuf.ts';
import { computes } from './tensorflow-operators.ts';

const unsafeOperators: Readonly<Record<string, string>> = {
  PyFunc: 'runs Python',
  PyFuncStateless: 'runs Python',
  EagerPyFunc: 'runs Python',
  NumpyFunction: 'runs Python',
  ReadFile: 'reads any file',
  WriteFile: 'writes any file',
  MatchingFiles: 'lists files',
  WholeFileReaderV2: 'reads any file',
  WholeFileReader: 'reads any file',
  TextLineReaderV2: 'reads any file',
  TextLineDataset: 'reads any file',
  TFRecordDataset: 'reads any file',
  FixedLengthRecordDataset: 'reads any file',
  FixedLengthRecordDatasetV2: 'reads any file',
  CSVDataset: 'reads any file',
  SqlDataset: 'reads a database',
  SnapshotDataset: 'writes files',
  SnapshotDatasetV2: 'writes files',
  SaveDataset: 'writes files',
  LoadDataset: 'reads files',
  CacheDataset: 'writes files',
  CacheDatasetV2: 'writes files',
  DebugIdentityV2: 'writes files',
  DebugIdentityV3: 'writes files',
  SaveSlices: 'writes files',
  ImmutableConst: 'reads any file',
  RecordInput: 'reads any file',
  CreateSummaryFileWriter: 'writes files',
  RpcClient: 'uses the network',
  RpcCall: 'uses the network',
  RpcServer: 'uses the network',
  RemoteCall: 'runs on other machines',
  DataServiceDataset: 'uses the network',
  DataServiceDatasetV2: 'uses the network',
  DataServiceDatasetV4: 'uses the network',
  LoadLibrary: 'loads a library',
  XlaLaunch: 'runs a program that is not looked into',
  XlaCallModule: 'runs a program that is not looked into',
};
/** What the saver of every SavedModel uses. */
const ofSaver = new Set(
  'SaveV2 RestoreV2 MergeV2Checkpoints ShardedFilename StaticRegexFullMatch StringJoin StatefulPartitionedCall PartitionedCall'.split(
    ' ',
  ),
);

export function isSavedModel(bytes: Bytes): boolean {
  const shape = shapeOf(bytes, 20);
  if (shape?.get(2) !== 2 || [...shape].some(([number, wire]) => number > 2 || wire !== (number === 1 ? 0 : 2)))
    return false;
  for (const field of fieldsOf(bytes)) if (field.number === 2) return isMetaGraph(messageIn(bytes, field));
  return false;
}

function isMetaGraph(bytes: Bytes): boolean {
  const shape = shapeOf(bytes, 1000);
  return shape?.get(2) === 2 && [...shape].every(([number, wire]) => number <= 7 && wire === 2);
}

export function isGraph(bytes: Bytes): boolean {
  const shape = shapeOf(bytes, 100_000);
  if (shape?.get(1) !== 2 || [...shape].some(([number, wire]) => number > 5 || (number !== 3 && wire !== 2)))
    return false;
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 1) continue;
    const node = shapeOf(messageIn(bytes, field), 20);
    return node?.get(1) === 2 && node.get(2) === 2 && [...node].every(([number, wire]) => number <= 8 && wire === 2);
  }
  return false;
}

export function isKerasMetadata(bytes: Bytes): boolean {
  const shape = shapeOf(bytes, 20);
  if (shape?.get(1) !== 2 || shape.size !== 1) return false;
  for (const field of fieldsOf(bytes)) {
    const node = shapeOf(messageIn(bytes, field), 20);
    return node?.get(5) === 2 && node.get(2) !== 2;
  }
  return false;
}

export function inspectSavedModel(inspection: Inspection, part: Part): void {
  for (const field of fieldsOf(part.bytes)) {
    if (field.number !== 2) continue;
    const meta = messageIn(part.bytes, field);
    for (const each of fieldsOf(meta))
      if (each.number === 2) graph(inspection, part, messageIn(meta, each), field.at + each.at);
  }
}

export function inspectGraph(inspection: Inspection, part: Part): void {
  graph(inspection, part, part.bytes, 0);
}

export function inspectKerasMetadata(inspection: Inspection, part: Part): void {
  for (const field of fieldsOf(part.bytes)) {
    const node = messageIn(part.bytes, field);
    for (const each of fieldsOf(node))
      if (each.number === 5) inspectKerasText(inspection, part, textIn(node, each), field.at + each.at);
  }
}

function graph(inspection: Inspection, part: Part, bytes: Bytes, base: number): void {
  const own = new Set<string>();
  const seen = new Set<string>();
  const functions: { bytes: Bytes; at: number }[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 2) continue;
    const library = messageIn(bytes, field);
    for (const each of fieldsOf(library)) {
      if (each.number !== 1) continue;
      const one = messageIn(library, each);
      functions.push({ bytes: one, at: base + field.at + each.at });
      for (const inner of fieldsOf(one)) {
        if (inner.number !== 1) continue;
        const signature = messageIn(one, inner);
        for (const name of fieldsOf(signature)) if (name.number === 1) own.add(textIn(signature, name));
      }
    }
  }
  const nodes = (message: Bytes, number: number, at: number) => {
    for (const field of fieldsOf(message)) {
      if (field.number !== number) continue;
      inspection.mustHaveTime(at + field.at);
      node(inspection, part, messageIn(message, field), at + field.at, own, seen);
    }
  };
  nodes(bytes, 1, base);
  for (const each of functions) nodes(each.bytes, 3, each.at);
}

function node(
  inspection: Inspection,
  part: Part,
  bytes: Bytes,
  at: number,
  own: ReadonlySet<string>,
  seen: Set<string>,
): void {
  let operator = '';
  for (const field of fieldsOf(bytes)) if (field.number === 2) operator = textIn(bytes, field);
  if (operator === '') throw new Damaged(at, 'A node has no operator.');
  if (seen.has(operator)) return;
  seen.add(operator);
  const danger = Object.hasOwn(unsafeOperators, operator) ? unsafeOperators[operator] : undefined;
  if (danger !== undefined)
    inspection.say(part, 'unsafe', 'tensorflow/operator', at, `The operator ${operator} ${danger}.`);
  else if (!own.has(operator) && !ofSaver.has(operator) && !computes.has(operator))
    inspection.say(
      part,
      'suspicious',
      'tensorflow/operator',
      at,
      `The operator ${operator} is not known to compute only.`,
    );
}
