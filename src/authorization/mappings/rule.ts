import { Failure } from '../../errors.ts'
import { isObject, tokenOf } from '../../json.ts'
import { expressionSize } from '../../wildcard.ts'

/** What must hold of a user. Source: spec 4.7. */
export type Rule =
  | { readonly kind: 'field'; readonly field: string; readonly values: readonly FieldValue[] }
  | { readonly kind: 'any' | 'all'; readonly rules: readonly Rule[] }
  | { readonly kind: 'except'; readonly rule: Rule }

/** Text can be a pattern: between slashes a regular expression, or with `*`. */
export type FieldValue = string | number | boolean | null

type Json = Readonly<Record<string, unknown>>

/** How deep rules may stand in each other. */
const deepest = 30
/** In characters. */
const longestExpression = 1_000
/** Of all regular expressions of a rule, in instructions. */
const largestExpressions = 10_000

/**
 * Reads a rule in Elasticsearch's language, strictly but for its regular expressions; `name` is what messages call it.
 * @throws `INVALID_INPUT`, in Elasticsearch's words, with the message as its one problem
 */
export function parseRule(rule: unknown, name: string): Rule {
  return ruleAt({ name, takesExcept: false, depth: 1 }, rule)
}

/** The rule in that language, one value by itself. */
export function writtenRule(rule: Rule): Json {
  if (rule.kind === 'except') return { except: writtenRule(rule.rule) }
  if (rule.kind !== 'field') return { [rule.kind]: rule.rules.map(writtenRule) }
  const { field, values } = rule
  return { field: { [field]: values.length === 1 ? values[0] : values } }
}

/**
 * Makes sure that the regular expressions of a rule can be read, and answers how many instructions they have. It takes time.
 * @throws `INVALID_INPUT`, with the message as its one problem
 */
export function requireExpressions(rule: Rule): number {
  let total = 0
  for (const text of valuesIn(rule).filter(isTextPattern)) {
    const size = expressionSize(text)
    if (size === null) throw refused(`invalid pattern [${text}]. it is no regular expression of RE2`)
    total += size
    if (total > largestExpressions) throw refused('the regular expressions of the rules are too large')
  }
  return total
}

function valuesIn(rule: Rule): readonly FieldValue[] {
  if (rule.kind === 'field') return rule.values
  return rule.kind === 'except' ? valuesIn(rule.rule) : rule.rules.flatMap(valuesIn)
}

/** Whether a value stands for many. */
export function isTextPattern(value: FieldValue): value is string {
  return typeof value === 'string' && (value.includes('*') || isExpression(value))
}

/** Where a rule stands. */
interface Place {
  /** The object that it is, or that it is in. */
  readonly name: string
  readonly takesExcept: boolean
  readonly depth: number
}

function ruleAt(place: Place, given: unknown): Rule {
  const { name, depth } = place
  if (depth > deepest) throw unreadable(`rules may stand in each other at most [${deepest}] deep`)
  if (!isObject(given)) {
    throw unreadable(`expected [${name}] to be an object but found [${tokenOf(given)}] instead`)
  }
  const [kind, content] = firstMember(given, name)
  const rule = ruleOf(kind, content, place)
  requireOneMember(given, name)
  return rule
}

function ruleOf(kind: string, content: unknown, { name, takesExcept, depth }: Place): Rule {
  switch (kind) {
    case 'any':
    case 'all': {
      if (!Array.isArray(content)) throw unreadable(`field [${kind}] requires an array`)
      const place = { name: kind, takesExcept: kind === 'all', depth: depth + 1 }
      return { kind, rules: content.map((one) => ruleAt(place, one)) }
    }
    case 'field':
      return fieldRule(content)
    case 'except':
      if (!takesExcept) throw unreadable(`field [except] is not allowed within [${name}]`)
      requireObject(content)
      return { kind, rule: ruleAt({ name: kind, takesExcept: false, depth: depth + 1 }, content) }
    default:
      throw unreadable(`field [${kind}] is not recognised in object [${name}]`)
  }
}

function fieldRule(content: unknown): Rule {
  const given = requireObject(content)
  const [field, value] = firstMember(given, 'field')
  const values = Array.isArray(value) ? value.map(fieldValue) : [fieldValue(value)]
  requireOneMember(given, 'field')
  if (field === '') throw refused('null or empty field name ()')
  if (values.length === 0) throw refused('null or empty values ([])')
  return { kind: 'field', field, values }
}

function fieldValue(value: unknown): FieldValue {
  if (typeof value === 'string') {
    requireWhole(value)
    return value
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  throw unreadable(`expected a field value but found [${tokenOf(value)}] instead`)
}

function requireWhole(text: string): void {
  if (!isExpression(text)) {
    if (text.startsWith('/') && text.includes('*'))
      throw refused(`invalid pattern [${text}]. ${halfExpression}`)
  } else if (text.length > longestExpression + 2) {
    throw refused(`a regular expression may have at most [${longestExpression}] characters`)
  }
}

const halfExpression =
  "patterns starting with '/' indicate regular expression pattern and therefore must also end with '/'. other " +
  "patterns (those that do not start with '/') will be treated as simple wildcard patterns"

function isExpression(text: string): boolean {
  return text.length > 1 && text.startsWith('/') && text.endsWith('/')
}

function requireObject(given: unknown): Json {
  if (isObject(given)) return given
  throw unreadable(`expected an object but found [${tokenOf(given)}] instead`)
}

function firstMember(object: Json, name: string): [string, unknown] {
  const [first] = Object.entries(object)
  if (first) return first
  throw unreadable(`object [${name}] does not contain any fields`)
}

function requireOneMember(object: Json, name: string): void {
  if (Object.keys(object).length > 1) throw unreadable(`object [${name}] contains multiple fields`)
}

function unreadable(what: string): Failure {
  return refused(`failed to parse rules expression. ${what}`)
}

function refused(message: string): Failure {
  return new Failure('INVALID_INPUT', message, { problems: [message] })
}
