import { z } from 'zod'

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const bytes = { b: 1, kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 }

/** A time, in milliseconds. */
export const duration = amount(units, 'a time such as 30s or 5m')
/** In bytes. */
export const size = amount(bytes, 'a size such as 512kb or 20mb')

/** A time within limits, in milliseconds. */
export function durationFrom(least: number, most: number, expected: string) {
  return duration.refine((given) => given >= least && given <= most, { error: `expected ${expected}` })
}

/** The place of a realm in the chain. */
export const order = fromText(/^-?\d{1,9}$/, Number, z.int({ error: 'expected a whole number' }))

/** A whole number within limits. */
export function integer(least: number, most: number) {
  const expected = `expected a whole number from ${least} to ${most}`
  return fromText(/^-?\d{1,9}$/, Number, z.int({ error: expected }).min(least, expected).max(most, expected))
}

export function yesOrNo() {
  return fromText(/^(true|false)$/, (text) => text === 'true', z.boolean({ error: 'expected true or false' }))
}

/** A list, or one text with commas, which is what comes from the environment. */
export function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given),
    z.array(item, { error: expected }),
  )
}

/** The settings inside of one, or none where it is wrong in itself, which is told elsewhere. */
export function within(settings: unknown): Readonly<Record<string, unknown>> {
  return typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {}
}

/** The names of the settings inside of one that are given. */
export function givenIn(settings: unknown): string[] {
  return Object.entries(within(settings)).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}

/** Takes a value also as text, which is what comes from the environment. */
function fromText<T extends z.ZodType>(pattern: RegExp, valueOf: (text: string) => unknown, type: T) {
  return z.preprocess(
    (given) => (typeof given === 'string' && pattern.test(given) ? valueOf(given) : given),
    type,
  )
}

/** A number with a unit, as Elasticsearch writes them; 0 needs none. */
function amount(known: Readonly<Record<string, number>>, expected: string) {
  return z.unknown().transform((given, context) => {
    const [, number = '', unit = ''] =
      /^(\d{1,9})([a-z]+)$/.exec(typeof given === 'string' ? given : '') ?? []
    const factor = known[unit]
    if (given === 0 || given === '0') return 0
    if (factor !== undefined) return Number(number) * factor
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })
}
