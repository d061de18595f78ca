import { patternMatcher } from '../../wildcard.ts'
import { normalizedName } from './distinguishedName.ts'
import { upperCase } from './letterCase.ts'
import type { Field, Literal, Pattern } from './mappedUser.ts'
import { isTextPattern, type FieldValue, type Rule } from './rule.ts'

/** Whether a rule holds of a user with these fields. */
export type RuleMatcher = (fieldOf: (field: string) => Field) => boolean

/**
 * Makes the test of a rule: once for all users. `all` of nothing holds, `any` of nothing does not. Regular expressions
 * run in linear time. Source: spec 4.7.
 */
export function createRuleMatcher(rule: Rule): RuleMatcher {
  switch (rule.kind) {
    case 'any': {
      const matchers = rule.rules.map(createRuleMatcher)
      return (fieldOf) => matchers.some((matches) => matches(fieldOf))
    }
    case 'all': {
      const matchers = rule.rules.map(createRuleMatcher)
      return (fieldOf) => matchers.every((matches) => matches(fieldOf))
    }
    case 'except': {
      const matches = createRuleMatcher(rule.rule)
      return (fieldOf) => !matches(fieldOf)
    }
    case 'field': {
      const literals = rule.values.filter((value) => !isTextPattern(value)).map(literalOf)
      const patterns = rule.values.filter(isTextPattern).map(patternOf)
      return (fieldOf) => {
        const field = fieldOf(rule.field)
        return (
          literals.some((literal) => field.has(literal)) || patterns.some((pattern) => field.fits(pattern))
        )
      }
    }
  }
}

function literalOf(value: FieldValue): Literal {
  const isText = typeof value === 'string'
  return { value, folded: isText ? upperCase(value) : null, name: isText ? normalizedName(value) : null }
}

/** `*,` before a distinguished name means all that is below it, however it is written. */
function patternOf(pattern: string): Pattern {
  const suffix = pattern.startsWith('*,') ? pattern.slice(2) : '*'
  return { fits: patternMatcher(pattern), above: suffix.includes('*') ? null : normalizedName(suffix) }
}
