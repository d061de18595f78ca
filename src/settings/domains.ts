import { z } from 'zod'
import { within, yesOrNo } from './value.ts'

const domain = z.strictObject({
  realms: z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given),
      z.array(z.string(), { error: 'expected a list of realms' }).min(1, 'expected a list of realms'),
    )
    .meta({
      ...{ type: ['array', 'string'], expected: 'a list of realms', examples: [['native', 'corp']] },
      description: 'The names of its realms; each realm is in one domain at most.',
    }),
  uid_generation: z
    .strictObject({
      literal_username: yesOrNo()
        .default(false)
        .describe(
          'Whether the uids of new profiles are `u_`, the username as it is, `_` and the suffix, which it then needs.',
        ),
      suffix: z
        .string({ error: 'expected text' })
        .regex(/^[a-zA-Z][a-zA-Z0-9]{0,9}$/, 'expected a letter and at most 9 more letters and digits')
        .optional()
        .meta({
          ...{ expected: 'a letter and at most 9 more letters and digits', examples: ['staff'] },
          description: 'The suffix of those uids, which no other domain has.',
        }),
    })
    .prefault({})
    .describe('How the uids of new profiles are made.'),
})

/** Domains by name. Source: spec 2.3. */
export const domains = z
  .record(z.string(), domain)
  .superRefine(
    (named, context) => {
      for (const [name, settings] of Object.entries(within(named))) {
        const problem = (path: string[], message: string) => {
          context.addIssue({ code: 'custom', path: [name, ...path], message })
        }
        const { literal_username: isLiteral, suffix } = within(within(settings).uid_generation)
        if (name.startsWith('_')) problem([], 'the name of a domain must not start with [_]')
        if (isLiteral === true && suffix === undefined)
          problem(['uid_generation'], 'literal_username needs a suffix')
        if (isLiteral === false && suffix !== undefined)
          problem(['uid_generation', 'suffix'], 'is only for literal_username: true')
        const others = Object.entries(within(named)).filter(([other]) => other !== name)
        const isTaken = others.some(([, other]) => within(within(other).uid_generation).suffix === suffix)
        if (suffix !== undefined && isTaken)
          problem(['uid_generation', 'suffix'], 'another domain has this suffix')
      }
    },
    { when: () => true },
  )
  .prefault({})
  .describe('Groups of realms, by name: within one, a username is one person, whichever realm proves it.')

type Domains = z.output<typeof domains>
type Realms = Readonly<Record<string, unknown>>

/** What is wrong between domains and realms, each domain with its problem. Source: spec 2.3. */
export function domainProblems(named: unknown, realms: unknown): [domain: string, message: string][] {
  const members = Object.entries(within(named)).flatMap(([domain, settings]) => {
    const { realms: own } = within(settings)
    return (Array.isArray(own) ? own : []).map((realm) => ({
      domain,
      realm: String(realm),
      ref: refOf(String(realm), within(realms)),
    }))
  })
  return members.flatMap(({ domain, realm, ref }): [string, string][] => {
    if (!ref) return [[domain, `Undefined realms [${realm}] cannot be assigned to domains`]]
    const same = members.filter((other) => other.ref?.type === ref.type && other.ref.name === ref.name)
    const all = [...new Set(same.map((member) => member.domain))].sort().join(', ')
    const several = `realm [${realm}] is associated to domains [${all}]`
    const isAlone = same.every((member) => member.domain === domain)
    return isAlone ? [] : [[domain, `Realms can be associated to at most one domain, but ${several}`]]
  })
}

/** The realms of each domain with their types, as profiles remember them. */
export function resolvedDomains(named: Domains, realms: Realms) {
  return Object.entries(named).map(([name, { realms: own, uid_generation: uids }]) => {
    const refs = own.flatMap((realm) => refOf(realm, realms) ?? [])
    const distinct = new Map(refs.map((ref) => [`${ref.type}/${ref.name}`, ref]))
    return { name, realms: [...distinct.values()], literalSuffix: uids.suffix ?? null }
  })
}

/**
 * The realm that a domain means. Elasticsearch's names for its realms by default are always known: there is only one
 * native realm, whatever it is called here, and none of files.
 */
function refOf(realm: string, realms: Realms): { name: string; type: string } | null {
  const [type] = Object.keys(realms).filter((one) => Object.hasOwn(within(realms[one]), realm))
  if (type !== undefined && type !== 'elasticsearch') return { name: realm, type }
  const natives = Object.keys(within(realms.native))
  if (realm === 'default_native') return { name: natives[0] ?? realm, type: 'native' }
  return realm === 'default_file' ? { name: realm, type: 'file' } : null
}
