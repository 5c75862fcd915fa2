/** What a model does, as its own team measures it: batches in, and what the detectors made of them out. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

const name = z.string().min(1).max(200);
const features = z.record(name, z.union([z.number(), z.string().max(1000), z.boolean(), z.null()]));

/** One inference. Everything may be left out: what is not told is not watched. */
export const telemetryRecordSchema = z.object({
  /** A class, or a number. */
  prediction: z.union([z.string().max(1000), z.number(), z.boolean()]).optional(),
  /** What the model gave for it, before any threshold. */
  score: z.number().optional(),
  /** 0 to 1: how sure the model was. */
  confidence: z.number().optional(),
  features: features.optional(),
  /** A vector of the input, where the team has one. */
  embedding: z.array(z.number()).max(4096).optional(),
  /** False: it went well; true or a word: it failed. */
  error: z.union([z.boolean(), z.string().max(200)]).optional(),
  latencyMs: z.number().nonnegative().optional(),
  /** Attribution by feature (SHAP, integrated gradients) or any measure of explanations. */
  explanation: z.record(name, z.number()).optional(),
  /** Who asked: a key, an account. Any text that is the same for the same client. */
  client: z.string().min(1).max(1000).optional(),
  /** Whether the client asked for scores or logits beside the answer. */
  scoresAsked: z.boolean().optional(),
});

/** The body of `POST /api/telemetry`. */
export const telemetryBatchSchema = z.object({
  /** A node as `firebreak nodes` prints it, or any name that is the same for the same model. */
  model: z.string().min(1).max(1000),
  version: z.string().max(200).optional(),
  /** The same for the same batch: sent again, it counts once. */
  id: z.string().min(1).max(200).optional(),
  /** When the records were made. Whoever leaves it out says: now. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** `these`: the records are how the model should be. `next`: forget the reference, and learn a new one from these on. */
  reference: z.enum(['these', 'next']).optional(),
  /** How the model is watched from here on; the choice stands until another is sent. */
  watch: z
    .object({
      /** Windows that are an alarm although nothing has changed, as a share of all. 0.001 when never told. */
      falseAlarmRate: z.number().min(0.0001).max(0.2).optional(),
      /** Records that a window has at least. 500 when never told. */
      windowRecords: z.number().int().min(100).max(100_000).optional(),
    })
    .optional(),
  records: z.array(telemetryRecordSchema).max(5000),
});
export type TelemetryBatch = z.infer<typeof telemetryBatchSchema>;

/** A batch was kept, or was here already. */
export const takenTelemetrySchema = z.object({ model: z.string(), records: z.number(), known: z.boolean() });
export type TakenTelemetry = z.infer<typeof takenTelemetrySchema>;

const windowSchema = z.object({
  from: z.string(),
  to: z.string(),
  records: z.number(),
  /** How likely so much change is when nothing has changed. */
  p: z.number(),
  /** It was an alarm at and below this; 0 when no metric of the window was. */
  line: z.number(),
  /** The measure that stood out most, and its value. */
  statistic: z.string(),
  value: z.number(),
  /** 5 %, 50 % and 95 % of a number; null for a text. */
  quantiles: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** The most frequent values of a text, and their shares; of a number the share that was missing. */
  shares: z.record(z.string(), z.number()),
});

const metricSchema = z.object({
  name: z.string(),
  kind: z.enum(['number', 'text', 'unknown']),
  state: z.enum(['learning', 'watched']),
  /** Records that the reference has, and how many it is to have. */
  reference: z.object({
    records: z.number(),
    wanted: z.number(),
    quantiles: windowSchema.shape.quantiles,
    shares: windowSchema.shape.shares,
  }),
  /** Oldest first, at most 48. */
  windows: z.array(windowSchema),
});

export const correlateSchema = z.object({
  kind: z.enum(['data', 'deployment', 'alias', 'prompt', 'version', 'access', 'change']),
  time: z.string(),
  /** In words: what was done, by whom, to what. */
  what: z.string(),
  about: nodeRefSchema.nullable(),
  /** The event, or the detection, that says so. */
  evidence: z.string(),
  /** 0 to 1: time × lineage × rarity. */
  score: z.number(),
  /** What the score is made of, 0 to 1 each. */
  fit: z.object({ time: z.number(), lineage: z.number(), rarity: z.number() }),
  why: z.string(),
});
export type Correlate = z.infer<typeof correlateSchema>;

export const driftSchema = z.object({
  detector: z.string(),
  /** Metrics that count, the strongest first, and what became of each, in words. */
  metrics: z.array(z.object({ name: z.string(), p: z.number(), what: z.string() })),
  /** When it most likely began, and between which times with 95 % of the odds. */
  began: z.object({ at: z.string(), from: z.string(), to: z.string() }),
  /** End of the window that showed it. */
  found: z.string(),
  /** While null it goes on. */
  ended: z.string().nullable(),
  /** What else happened at that time upstream of the model, the best fit first. None of it is said to be the cause. */
  beside: z.array(correlateSchema),
});
export type ModelDrift = z.infer<typeof driftSchema>;

const watchedModelSchema = z.object({
  model: z.string(),
  node: nodeRefSchema.nullable(),
  /** Newest last. */
  versions: z.array(z.object({ version: z.string(), since: z.string() })),
  groups: z.array(
    z.object({
      detector: z.string(),
      observed: z.number(),
      /** Records a window, and how many the open one has. */
      window: z.object({ records: z.number(), open: z.number() }),
      windows: z.number(),
      /** Windows of this model that would be an alarm although nothing has changed: a share of all. */
      falseAlarmRate: z.number(),
      metrics: z.array(metricSchema),
    }),
  ),
  /** Newest first. */
  drifts: z.array(driftSchema),
});

export const watchedClientSchema = z.object({
  model: z.string(),
  client: z.string(),
  queries: z.number(),
  first: z.string(),
  last: z.string(),
  /** 0 to 1: how hard to throttle, for whoever holds the lever. 1 is where an alarm is raised. */
  throttle: z.number(),
  /** Of the last window: how unusual among natural clients, by signal. */
  signals: z.record(z.string(), z.number()),
  /** When it was said to be extraction, inversion or membership inference; null while it was not. */
  found: z.string().nullable(),
});
export type WatchedClient = z.infer<typeof watchedClientSchema>;

/** `firebreak telemetry --json`, `GET /api/telemetry`. */
export const telemetrySchema = z.object({
  models: z.array(watchedModelSchema),
  /** Those to throttle first, at most 200. */
  clients: z.array(watchedClientSchema),
  /** Of whole models: whether natural traffic is known well enough to tell others from it. */
  populations: z.array(
    z.object({ model: z.string(), state: z.enum(['learning', 'watching']), clients: z.number(), windows: z.number() }),
  ),
  /** What bounds made the detectors forget, in words. */
  forgotten: z.array(z.string()),
  completeness: completenessSchema,
});
export type Telemetry = z.infer<typeof telemetrySchema>;
