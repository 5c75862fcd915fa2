/**
 * What every connector must hold, ours or anybody's: one suite, run by the connector's own tests against each world that it
 * can speak to (a twin, files, the real system).
 *
 *     connectorConformance({ name: 'mine over files', connector, open: () => connector.connect(config, signal), secrets: ['hunter2'] });
 */
import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { gapSchema } from '../answer.ts';
import type { AnyConnector, Collected } from '../connector.ts';
import { catalogue } from '../errors.ts';
import { type AnyFact, factSchemas } from '../facts.ts';

export interface ConformanceCase {
  /** Names the world, for the test report. */
  readonly name: string;
  readonly connector: AnyConnector;
  /** An open session on a world that holds at least one fact and does not change while the suite runs. */
  readonly open: () => Promise<unknown>;
  /** A configuration that the connector must accept, and one that it must refuse. */
  readonly config: { readonly good: unknown; readonly bad: unknown };
  /** Texts that are secret in that world: none may appear in facts, gaps or the address. */
  readonly secrets: readonly string[];
  /** Schemas by fact kind; those of the contract by default. */
  readonly schemas?: Readonly<Record<string, ZodType>>;
  /** Codes of the gaps that this world must show. */
  readonly expectedGaps?: readonly string[];
}

export function connectorConformance(world: ConformanceCase): void {
  const { connector } = world;
  const schemas: Readonly<Record<string, ZodType>> = world.schemas ?? factSchemas;
  const forever = new AbortController().signal;

  async function collectAll(): Promise<{ facts: AnyFact[]; gaps: Extract<Collected, { gap: unknown }>['gap'][] }> {
    const session = await world.open();
    const facts: AnyFact[] = [];
    const gaps: Extract<Collected, { gap: unknown }>['gap'][] = [];
    try {
      for await (const collected of connector.collect(session, forever)) {
        if ('fact' in collected) facts.push(collected.fact);
        else gaps.push(collected.gap);
      }
    } finally {
      await connector.close(session);
    }
    return { facts, gaps };
  }

  describe(`connector conformance: ${world.name}`, () => {
    test('has an id, a title, and a configuration schema that tells good from bad', () => {
      expect(connector.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(connector.title).not.toBe('');
      expect(connector.config.safeParse(world.config.good).success).toBe(true);
      expect(connector.config.safeParse(world.config.bad).success).toBe(false);
    });

    test('says what permissions it needs, and more of them for actions', () => {
      const reading = connector.permissions([]);
      expect(reading.trim()).not.toBe('');
      const ids = connector.actions.map((action) => action.id);
      if (connector.actions.some((action) => action.permissions.length > 0))
        expect(connector.permissions(ids).length).toBeGreaterThan(reading.length);
    });

    test('action ids begin with the connector’s and are different', () => {
      const ids = connector.actions.map((action) => action.id);
      for (const id of ids) expect(id).toMatch(new RegExp(`^${connector.id}\\.[a-z0-9-]+$`));
      expect(new Set(ids).size).toBe(ids.length);
    });

    test('collects facts that parse again to themselves by the schema of their kind', async () => {
      const { facts } = await collectAll();
      expect(facts.length).toBeGreaterThan(0);
      for (const fact of facts) {
        const schema = schemas[fact.kind];
        if (schema === undefined) throw new Error(`no schema for ${fact.kind}`);
        expect(schema.parse(fact.data)).toEqual(fact.data);
        expect(fact.id.startsWith(`${fact.kind.split('.', 1)[0]}:`)).toBe(true);
        expect(fact.source.connector).toBe(connector.id);
        expect(fact.source.locator).not.toBe('');
      }
    });

    test('gaps have codes of the catalogue, and the expected ones are there', async () => {
      const { gaps } = await collectAll();
      for (const gap of gaps) {
        expect(gapSchema.safeParse(gap).success).toBe(true);
        expect(Object.keys(catalogue)).toContain(gap.code);
        expect(`${gap.where}${gap.reason}`).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }
      for (const code of world.expectedGaps ?? []) expect(gaps.map((gap) => gap.code)).toContain(code);
    });

    test('a second collection of the same world gives the same ids, in the same order', async () => {
      const first = await collectAll();
      const second = await collectAll();
      expect(second.facts.map((fact) => `${fact.kind} ${fact.id}`)).toEqual(
        first.facts.map((fact) => `${fact.kind} ${fact.id}`),
      );
    });

    test('no secret value leaves the connector', async () => {
      const { facts, gaps } = await collectAll();
      const session = await world.open();
      const said = JSON.stringify({ facts, gaps, address: connector.address?.(session) });
      await connector.close(session);
      for (const secret of world.secrets) {
        expect(said).not.toContain(secret);
        expect(said).not.toContain(btoa(secret));
      }
    });

    test('a signal ends the collection', async () => {
      const controller = new AbortController();
      const session = await world.open();
      let seen = 0;
      const run = async () => {
        for await (const _ of connector.collect(session, controller.signal)) {
          seen += 1;
          controller.abort();
        }
      };
      await run().catch((error: unknown) => {
        // It may end by throwing, but only because it was told to end.
        if (!controller.signal.aborted) throw error;
      });
      await connector.close(session);
      // What was read already may still be handed out; another request may not be made.
      expect(controller.signal.aborted || seen === 0).toBe(true);
    });
  });
}
