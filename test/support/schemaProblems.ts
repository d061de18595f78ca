import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

const schema = await readFile(new URL('../../gateway.schema.json', import.meta.url), 'utf8')
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, keywords: ['errorMessage'] })
const isValid = ajv.compile(JSON.parse(schema) as object)

/** What an editor marks in settings, each with its place. */
export function schemaProblems(settings: string): string[] {
  if (isValid(parse(settings))) return []
  return (isValid.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`)
}
