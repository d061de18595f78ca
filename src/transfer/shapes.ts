import { z } from 'zod'
import { Failure } from '../errors.ts'
import { isObject, tryParseJson } from '../json.ts'
import { parseRule, requireExpressions, writtenRule } from '../authorization/mappings/rule.ts'
import { completeRole } from '../authorization/role.ts'
import type { Document } from '../profile/document.ts'
import type { Kind, TransferRecord } from './record.ts'

const strings = z.array(z.string())
const document = z.custom<Document>(isObject, 'expected an object')
const documents = z.array(document)
const text = z.string().min(1, 'expected text')
const orNothing = z
  .string()
  .nullish()
  .transform((given) => given ?? null)
const orEmpty = document.nullish().transform((given) => given ?? {})
/** Both are counted on: what is near the largest number could not be. */
const seqNo = z
  .int()
  .min(0, 'expected a whole number from 0')
  .max(2 ** 52, 'expected at most 2^52')
/** Until the year 2100: an activation never sets it back. */
const time = z
  .int()
  .min(0, 'expected a time in epoch milliseconds')
  .max(Date.UTC(2100), 'expected a time before the year 2100')

/** A script as Elasticsearch takes it, or the same as text, as it keeps it. Source: Elasticsearch, `TemplateRoleName`. */
const script = z.preprocess(
  (given) => (typeof given === 'string' ? parsedText(given) : given),
  z.strictObject({ source: z.string() }),
)
const roleTemplate = z
  .strictObject({ template: script, format: z.enum(['string', 'json']).default('string') })
  .transform(({ template: { source }, format }) => ({ source, format }))

/**
 * The lines of an export, by kind, as what they stand for. What may be left out of them has a default, so that others can
 * write such lines too.
 */
export const shapes: { readonly [K in Kind]: z.ZodType<TransferRecord<K>> } = {
  user: z
    .strictObject({
      kind: z.literal('user'),
      username: z.string(),
      password_hash: z.string(),
      roles: strings,
      full_name: orNothing,
      email: orNothing,
      metadata: orEmpty,
      enabled: z.boolean().default(true),
    })
    .transform(({ kind, password_hash: passwordHash, full_name: fullName, ...user }) => ({
      kind,
      thing: { ...user, passwordHash, fullName },
    })),
  role: z
    .strictObject({
      kind: z.literal('role'),
      name: z.string(),
      cluster: strings.default([]),
      indices: documents.default([]),
      applications: documents.default([]),
      run_as: strings.default([]),
      global: document.nullish().transform((given) => given ?? null),
      metadata: orEmpty,
      description: orNothing,
    })
    .transform(({ kind, run_as: runAs, ...role }) => ({ kind, thing: completeRole({ ...role, runAs }) })),
  role_mapping: z
    .strictObject({
      kind: z.literal('role_mapping'),
      name: z.string(),
      enabled: z.boolean().default(true),
      roles: strings.default([]),
      role_templates: z.array(roleTemplate).default([]),
      rules: document,
      metadata: orEmpty,
    })
    .transform(({ kind, role_templates: roleTemplates, ...mapping }, context) => {
      try {
        const rule = parseRule(mapping.rules, mapping.name)
        requireExpressions(rule)
        return { kind, thing: { ...mapping, roleTemplates, rules: writtenRule(rule) } }
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        context.addIssue({ code: 'custom', message: error.message })
        return z.NEVER
      }
    }),
  profile: z
    .strictObject({
      kind: z.literal('profile'),
      uid: z.string(),
      enabled: z.boolean().default(true),
      last_synchronized: time,
      user: z.strictObject({
        username: text,
        roles: strings,
        realm: z.strictObject({ name: text, type: text, domain: orNothing }),
        email: orNothing,
        full_name: orNothing,
      }),
      labels: orEmpty,
      data: orEmpty,
      seq_no: seqNo.default(0),
    })
    .transform(({ kind, last_synchronized: lastSynchronized, seq_no: seqNo, user, ...profile }) => {
      const { full_name: fullName, ...rest } = user
      return { kind, thing: { ...profile, lastSynchronized, seqNo, user: { ...rest, fullName } } }
    }),
}

function parsedText(text: string): unknown {
  const value = tryParseJson(Buffer.from(text))
  return value === undefined ? text : value
}
