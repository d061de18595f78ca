import type { Settings } from '../config.ts'
import { Failure } from '../errors.ts'

/**
 * What all gateways on one database must have alike: realms and domains, as far as they decide whose profile a
 * credential leads to. A line each, sorted.
 */
export function agreementOf({ realms, domains }: Pick<Settings, 'realms' | 'domains'>): string {
  const lines = [
    ...Object.entries(realms.native).map(([name, { enabled }]) => lineOf('native', name, { enabled })),
    ...Object.entries(realms.jwt).map(([name, settings]) => {
      const { enabled, token_type, allowed_issuer, fallback_claims, claims, claim_patterns } = settings
      const principal = { claim: claims.principal, pattern: claim_patterns.principal }
      return lineOf('jwt', name, { enabled, token_type, allowed_issuer, fallback_claims, principal })
    }),
    ...domains.map(({ name, realms: members, literalSuffix }) => {
      const named = members.map((member) => `${member.type}/${member.name}`).sort()
      return `domain ${name} ${JSON.stringify({ realms: named, literalSuffix })}`
    }),
  ]
  return lines.sort().join('\n')
}

/** @throws `CONFIGURATION` with what differs, if the gateways on a database have agreed on something else */
export function requireAgreement(agreed: string, own: string): void {
  if (agreed === own) return
  const [theirs, ours] = [agreed.split('\n'), own.split('\n')]
  throw new Failure(
    'CONFIGURATION',
    'realms and domains are not those on which the gateways of this database have agreed: other ones could lead users ' +
      'to other profiles. Start one gateway with --adopt-realms to have all agree on its own',
    {
      problems: [
        ...theirs.filter((line) => !ours.includes(line)).map((line) => `agreed: ${line}`),
        ...ours.filter((line) => !theirs.includes(line)).map((line) => `here:   ${line}`),
      ],
    },
  )
}

function lineOf(type: string, name: string, identity: object): string {
  return `realm ${type}/${name} ${JSON.stringify(identity)}`
}
