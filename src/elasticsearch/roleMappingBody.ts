import { isObject, tryParseJson, type JsonObject, type JsonValue } from '../json.ts'
import type { Body } from './body.ts'
import { given } from './names.ts'
import { parseObject } from './objectParser.ts'
import { WireError } from './wireError.ts'

export interface RoleMappingBody {
  /** Its rules are read where roles are mapped: what is wrong with them is told later. */
  readonly roleMapping: JsonObject
  /** `[line:column]` of the rules. */
  readonly rulesAt: string
}

const parser = 'role-mapping'
const templateParser = 'role-mapping-template'

/** Checks a role mapping's fields as Elasticsearch does. Source: spec 4.7. */
export function parseRoleMappingBody(body: Body, name: string): RoleMappingBody {
  const { enabled, roles, role_templates, rules, metadata } = asParsing(() =>
    parseObject(body, parser, {
      roles: 'strings',
      role_templates: 'objects',
      rules: 'object',
      metadata: 'object',
      enabled: 'boolean',
      // What an index has of it, and nobody needs.
      doc_type: 'string',
      type: 'string',
    }),
  )
  if (roles === undefined && role_templates === undefined) throw missingField(name, 'roles')
  if (rules === undefined) throw missingField(name, 'rules')
  if (enabled === undefined) throw missingField(name, 'enabled')
  const templates = [role_templates ?? []].flat()
  const roleTemplates = asParsing(() => templates.map((one, index) => templateOf(one, index, body)))
  return {
    roleMapping: given({ enabled, roles: [roles ?? []].flat(), roleTemplates, rules, metadata }),
    rulesAt: body.at(['rules']),
  }
}

/** What Elasticsearch says of a field that cannot be parsed, and why. */
export function failedField(at: string, field: string, causedBy: WireError): WireError {
  return parsingError(
    new WireError('x_content_parse_exception', `${at} [${parser}] failed to parse field [${field}]`, {
      causedBy: causeOf(causedBy),
    }),
  )
}

function templateOf(value: JsonValue, index: number, { at }: Body): JsonObject {
  const place: Body['at'] = (path, what) => at(['role_templates', index, ...path], what)
  try {
    // In an object, or as text that holds one.
    const isText = isObject(value) && typeof value.template === 'string'
    const { template, format = 'string' } = parseObject({ value, at: place }, templateParser, {
      template: isText ? 'string' : 'object',
      format: 'string',
    })
    if (template === undefined) throw new WireError('illegal_argument_exception', 'Required [template]')
    return { source: sourceOf(template), format: formatOf(format as string, place(['format'])) }
  } catch (error) {
    throw error instanceof WireError ? failedField(place([]), 'role_templates', error) : error
  }
}

/** Source: spec 4.7. */
function sourceOf(template: JsonValue): string {
  const script = typeof template === 'string' ? (tryParseJson(Buffer.from(template)) ?? null) : template
  const { source, lang = 'mustache', ...others } = isObject(script) ? script : { source: script }
  if (typeof source === 'string' && lang === 'mustache' && Object.keys(others).length === 0) return source
  const expected = 'a template must be text, or an object with it as [source], and [lang] must be [mustache]'
  throw new WireError('illegal_argument_exception', expected)
}

function formatOf(format: string, at: string): string {
  const name = format.toUpperCase()
  if (['STRING', 'JSON'].includes(name)) return name
  const reason = `${at} Invalid format [${format}] expected one of [json,string]`
  throw new WireError('x_content_parse_exception', reason)
}

function missingField(name: string, field: string): WireError {
  const reason = `failed to parse role-mapping [${name}]. missing field [${field}]`
  return parsingError(new WireError('illegal_state_exception', reason))
}

/** What its parsers say of a mapping comes with another error around it. */
function asParsing<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof WireError && error.type === 'x_content_parse_exception'
      ? parsingError(error)
      : error
  }
}

function parsingError(error: WireError): WireError {
  const [, line, col] = /^\[(\d+):(\d+)\]/.exec(error.message) ?? []
  return new WireError('parsing_exception', error.message, {
    causedBy: causeOf(error),
    ...(line !== undefined && { members: { line: Number(line), col: Number(col) } }),
  })
}

function causeOf({ type, message: reason, causedBy }: WireError) {
  return { type, reason, ...(causedBy && { caused_by: causedBy }) }
}
