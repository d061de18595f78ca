import { z } from 'zod'

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const bytes = { b: 1, kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 }

/** A time, in milliseconds. */
export const duration = amount(units, 'a time such as 30s or 5m')
/** In bytes. */
export const size = amount(bytes, 'a size such as 512kb or 20mb')

/** A time within limits, in milliseconds. */
export function durationFrom(least: number, most: number, expected: string) {
  return duration
    .refine((given) => given >= least && given <= most, { error: `expected ${expected}` })
    .meta({ expected: `a time, ${expected}` })
}

/** The place of a realm in the chain. */
export const order = wholeNumber(z.int({ error: 'expected a whole number' })).meta({
  expected: 'a whole number',
  description: 'The place in the chain, different for each realm: they are asked in ascending order.',
  examples: [1],
})

/** Whether a realm is in the chain. */
export const enabled = yesOrNo().default(true).describe('Whether it is asked.')

/** A whole number within limits. */
export function integer(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`
  const error = `expected ${expected}`
  return wholeNumber(z.int({ error }).min(least, error).max(most, error)).meta({ expected })
}

export function yesOrNo() {
  const type = z.boolean({ error: 'expected true or false' })
  return fromText(/^(true|false)$/, (text) => text === 'true', type, 'boolean').meta({
    expected: 'true or false',
  })
}

/** A list, or one text with commas, which is what comes from the environment. */
export function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given),
      z.array(item, { error: `expected ${expected}` }),
    )
    .meta({ type: ['array', 'string'], expected })
}

/** The settings inside of one, or none where it is wrong in itself, which is told elsewhere. */
export function within(settings: unknown): Readonly<Record<string, unknown>> {
  return typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {}
}

/** The names of the settings inside of one that are given. */
export function givenIn(settings: unknown): string[] {
  return Object.entries(within(settings)).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}

function wholeNumber<T extends z.ZodType>(type: T) {
  return fromText(/^-?\d{1,9}$/, Number, type, 'integer')
}

/** Takes a value also as text, which is what comes from the environment. */
function fromText<T extends z.ZodType>(
  pattern: RegExp,
  valueOf: (text: string) => unknown,
  type: T,
  name: 'integer' | 'boolean',
) {
  return z
    .preprocess((given) => (typeof given === 'string' && pattern.test(given) ? valueOf(given) : given), type)
    .meta({ type: [name, 'string'], pattern: pattern.source })
}

/** A number with a unit, as Elasticsearch writes them; 0 needs none. */
function amount(known: Readonly<Record<string, number>>, expected: string) {
  return z
    .unknown()
    .transform((given, context) => {
      const [, number = '', unit = ''] =
        /^(\d{1,9})([a-z]+)$/.exec(typeof given === 'string' ? given : '') ?? []
      const factor = known[unit]
      if (given === 0 || given === '0') return 0
      if (factor !== undefined) return Number(number) * factor
      context.addIssue({ code: 'custom', message: `expected ${expected}` })
      return z.NEVER
    })
    .meta({
      // Without quotes and unit it is 0.
      ...{ type: ['string', 'integer'], minimum: 0, maximum: 0, expected },
      pattern: `^(0|\\d{1,9}(${Object.keys(known).join('|')}))$`,
    })
}
