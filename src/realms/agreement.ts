import type { Settings } from '../config.ts'
import { Failure } from '../errors.ts'

/**
 * What all gateways on one database must have alike: realms and domains, as far as they decide whose profile a
 * credential leads to. A line each, sorted.
 */
export function agreementOf({ realms, domains }: Pick<Settings, 'realms' | 'domains'>): string {
  const lines = [
    ...Object.keys(realms.native).map((name) => lineOf('native', name, {})),
    ...Object.entries(realms.jwt).map(([name, settings]) => {
      const { token_type, allowed_issuer, fallback_claims, claims, claim_patterns } = settings
      const principal = { claim: claims.principal, pattern: claim_patterns.principal }
      return lineOf('jwt', name, { token_type, allowed_issuer, fallback_claims, principal })
    }),
    ...Object.entries(realms.introspection).map(([name, { op, claims, claim_patterns }]) => {
      const principal = { claim: claims.principal, pattern: claim_patterns.principal }
      return lineOf('introspection', name, { issuer: op.issuer, principal })
    }),
    // Where the cluster is asked may differ: it is its name that says which one it is.
    ...Object.keys(realms.elasticsearch).map((name) => lineOf('elasticsearch', name, {})),
    ...domains.map(({ name, realms: members, literalSuffix }) => {
      const named = members.map((member) => `${member.type}/${member.name}`).sort()
      return `domain ${name} ${JSON.stringify({ realms: named, literalSuffix })}`
    }),
  ]
  return [...lines.sort(), `asked ${askedIn(realms).join(', ')}`].join('\n')
}

/** @throws `CONFIGURATION` with what differs, if the gateways on a database have agreed on something else */
export function requireAgreement(agreed: string, own: string): void {
  if (agreed === own) return
  const [theirs, ours] = [agreed.split('\n'), own.split('\n')]
  throw new Failure(
    'CONFIGURATION',
    'realms and domains are not those on which the gateways of this database have agreed: other ones could lead users ' +
      'to other profiles. `profile-gateway serve --adopt-realms` has all agree on those of this one, if that is meant',
    {
      problems: [
        ...theirs.filter((line) => !ours.includes(line)).map((line) => `agreed: ${line}`),
        ...ours.filter((line) => !theirs.includes(line)).map((line) => `here:   ${line}`),
      ],
    },
  )
}

/** The realms that are asked, in that order: several may take one token. */
function askedIn(realms: Settings['realms']): string[] {
  return Object.entries(realms)
    .flatMap(([type, byName]) => named(type, byName))
    .filter(({ enabled }) => enabled)
    .sort((one, other) => one.order - other.order)
    .map(({ name }) => name)
}

function named(type: string, realms: Readonly<Record<string, { order: number; enabled: boolean }>>) {
  return Object.entries(realms).map(([name, { order, enabled }]) => ({
    name: `${type}/${name}`,
    order,
    enabled,
  }))
}

function lineOf(type: string, name: string, identity: object): string {
  return `realm ${type}/${name} ${JSON.stringify(identity)}`
}
