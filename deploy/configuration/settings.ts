import { z } from 'zod'
import { realmTypes } from '../../src/settings/realms.ts'
import { settingsSchema } from '../../src/settings/settingsSchema.ts'

/** A setting, or a group of them, as JSON Schema has it; `expected` says in words what it takes. */
export type Setting = z.core.JSONSchema.JSONSchema & { expected?: string | undefined }

/** Of a file that stands nowhere: settings are described, and not read. */
const file = { folder: '.', originOf: () => ({ kind: 'environment' }) as const }

/** What `gateway.yml` takes, as the code that reads it has it. */
export function settings(): Setting {
  const all = described(settingsSchema(file))
  const { realms } = all.properties as Record<string, Setting>
  for (const [type, realm] of Object.entries(realmTypes)) {
    const named = realms?.properties?.[type] as Setting
    named.additionalProperties = described(realm({ type, name: 'name', file }))
  }
  return all
}

/** The settings inside of a group, by name. */
export function inside(group: Setting): [name: string, setting: Setting][] {
  return Object.entries(group.properties ?? {}) as [string, Setting][]
}

/** What each setting of a group is that are named as one likes: realms of a type, and domains. */
export function memberOf(group: Setting): Setting | null {
  const { additionalProperties: member } = group
  return typeof member === 'object' && member.properties ? member : null
}

function described(schema: z.ZodType): Setting {
  const made = z.toJSONSchema(schema, {
    ...{ io: 'input', target: 'draft-7', unrepresentable: 'any' },
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod
      // zod leaves these out where a value is changed as it is read, though they are what stands in the file.
      if (def.type === 'default') jsonSchema.default = def.defaultValue
      const { examples } = z.globalRegistry.get(zodSchema) ?? {}
      if (Array.isArray(examples)) jsonSchema.examples = examples
      if (def.type === 'object') jsonSchema.required = needed(def.shape)
      if (jsonSchema.type === 'object') delete jsonSchema.default
    },
  })
  delete made.$schema
  return made
}

function needed(shape: Readonly<Record<string, z.core.$ZodType>>): string[] {
  const left = ['optional', 'default', 'prefault']
  return Object.keys(shape).filter((name) => !left.includes(shape[name]?._zod.def.type ?? ''))
}
