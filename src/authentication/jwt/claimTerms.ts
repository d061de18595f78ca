import { memberOf, textsOf, type Jwt } from './jwt.ts'

/** Why claims are not what they have to be at a time in epoch milliseconds, or null. Source: spec 5.3. */
export type ClaimTerm = (said: Pick<Jwt, 'claims'>, now: number) => string | null

/** The checks one after the other: the first that is not met is what is said. */
export function inOrder<Said>(checks: readonly ((said: Said, now: number) => string | null)[]) {
  return (said: Said, now: number): string | null => {
    for (const check of checks) {
      const problem = check(said, now)
      if (problem !== null) return problem
    }
    return null
  }
}

/** A claim that is one text. */
export function singleText(
  name: string,
  isAllowed: (value: string) => boolean,
  allowed: readonly string[],
  claimOf = memberOf,
): ClaimTerm {
  return ({ claims }) => {
    const value = claimOf(claims, name)
    if (typeof value !== 'string') return `missing required string claim [${name}]`
    return isAllowed(value) ? null : notAllowed(name, [value], allowed)
  }
}

/** A claim that is one text or several, one of which is allowed. */
export function severalTexts(name: string, allowed: readonly string[], claimOf = memberOf): ClaimTerm {
  return ({ claims }) => {
    const values = textsOf(claimOf(claims, name))
    if (!values) return `missing required string claim [${name}]`
    return values.some((value) => allowed.includes(value)) ? null : notAllowed(name, values, allowed)
  }
}

/** A time that has come, or does within the skew, in milliseconds. */
export function before(name: string, skew: number): ClaimTerm {
  return timed(name, 'before', (time, now) => time < now + skew)
}

/** A time that is still to come, or was within the skew, in milliseconds. */
export function after(name: string, skew: number): ClaimTerm {
  return timed(name, 'after', (time, now) => time > now - skew)
}

export function whereGiven(name: string, term: ClaimTerm): ClaimTerm {
  return (said, now) => (memberOf(said.claims, name) === undefined ? null : term(said, now))
}

function timed(name: string, side: string, isThere: (time: number, now: number) => boolean): ClaimTerm {
  return ({ claims }, now) => {
    const seconds = memberOf(claims, name)
    if (seconds === undefined) return `missing required date claim [${name}]`
    if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return `cannot parse date claim [${name}]`
    const time = seconds * 1_000
    return isThere(time, now) ? null : `date claim [${name}] value [${time}] must be ${side} now [${now}]`
  }
}

function notAllowed(name: string, values: readonly string[], allowed: readonly string[]): string {
  return (
    `string claim [${name}] has value [${values.join()}] which does not match allowed claim values ` +
    `[${allowed.join()}]`
  )
}
