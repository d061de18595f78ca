// Prisma's schema engine. Importing this file costs tens of milliseconds: do so only where there is work for it.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'

/** The engine on the database that the adapter connects to. Free it when done. */
export function createSchemaEngine(
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<glue.SchemaEngine> {
  return glue.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  )
}

/** For the engine's calls: none of our tables or enums is managed by somebody else. */
export const filters = { externalTables: [], externalEnums: [] }

// The types for Node leave this global out.
declare const WebAssembly: {
  instantiate(
    binary: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start: () => void } } }>
}

// The package can load itself only in bundlers, and in Node with a warning.
const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
const binary = await readFile(join(dirname(gluePath), 'schema_engine_bg.wasm'))
const { instance } = await WebAssembly.instantiate(binary, {
  './schema_engine_bg.js': withoutLingering(glue),
})
glue.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()

/** The engine waits ten seconds for a lock of its own, and goes on waiting once it has it. No process should. */
function withoutLingering(imports: object): object {
  const entries = Object.entries(imports) as [string, (...given: unknown[]) => NodeJS.Timeout][]
  return Object.fromEntries(
    entries.map(([name, call]) =>
      name.startsWith('__wbg_setTimeout_')
        ? [name, (...given: unknown[]) => call(...given).unref()]
        : [name, call],
    ),
  )
}
