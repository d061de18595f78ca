import type { Config, Settings } from '../config.ts'
import { failure, warning, type Check } from './check.ts'

/** Which settings are weaker than they should be, or odd; each check is named for one. */
export function settingsChecks({ settings, logLevel }: Config): Check[] {
  return [
    ...generalChecks(settings, logLevel),
    ...jwtChecks(settings),
    ...certificateChecks(settings),
    ...domainChecks(settings),
  ]
}

const minute = 60_000

function generalChecks({ activation, token, throttle }: Settings, logLevel: Config['logLevel']): Check[] {
  const { unchanged_grace: grace } = activation
  return [
    ...when(grace === 0, () =>
      warning(
        'activation.unchanged_grace',
        'every activation writes, even one that changes nothing',
        'set it to 30s',
      ),
    ),
    ...when(grace > 60 * minute, () =>
      warning(
        'activation.unchanged_grace',
        'it is more than 1h: lastSynchronized says little',
        'set it to 30s',
      ),
    ),
    ...when(token.timeout > 30 * minute, () =>
      warning('token.timeout', 'a stolen access token is good for more than 30m', 'set it to 20m'),
    ),
    ...when(throttle.attempts > 100, () =>
      warning('throttle.attempts', 'a password may be guessed more than 100 times in a row', 'set it to 8'),
    ),
    ...when(throttle.longest_wait < minute, () =>
      warning('throttle.longest_wait', 'who guesses never waits for a minute', 'set it to 15m'),
    ),
    ...when(['debug', 'trace'].includes(logLevel), () =>
      warning('LOG_LEVEL', 'the log says why tokens are refused, with their claims', 'set it to info'),
    ),
  ]
}

function jwtChecks({ realms }: Settings): Check[] {
  return Object.entries(realms.jwt).flatMap(([name, settings]) => {
    const at = (setting: string) => `realms.jwt.${name}.${setting}`
    const {
      allowed_subject_patterns: patterns,
      allowed_subjects: subjects,
      required_claims: required,
    } = settings
    const takesAll = settings.token_type === 'access_token' && !subjects && patterns?.includes('*') === true
    const secret = settings.client_authentication.shared_secret
    return [
      ...when(takesAll && Object.keys(required).length === 0, () =>
        warning(
          at('allowed_subject_patterns'),
          'every subject is taken, programs of the issuer too',
          'narrow the patterns, or say in required_claims what tokens of people alone have',
        ),
      ),
      ...when(settings.allowed_clock_skew > 5 * minute, () =>
        warning(
          at('allowed_clock_skew'),
          'tokens are good for more than 5m beyond their end',
          'set it to 60s, and the clocks right',
        ),
      ),
      ...when(secret !== undefined && secret.value.length < 16, () =>
        warning(
          at('client_authentication.shared_secret'),
          'it has fewer than 16 characters',
          'replace it by one that is made up, such as of `openssl rand -hex 32`',
        ),
      ),
    ]
  })
}

/** Whoever is in between could be the server. */
function certificateChecks({ realms: { jwt, introspection, elasticsearch } }: Settings): Check[] {
  const asking = { jwt, introspection, elasticsearch }
  return Object.entries(asking).flatMap(([type, named]) =>
    Object.entries<Pick<Settings['realms']['jwt'][string], 'ssl'>>(named).flatMap(([name, { ssl }]) => {
      const id = `realms.${type}.${name}.ssl.verification_mode`
      const advice = 'set it to full, with ssl.certificate_authorities if need be'
      if (ssl.verification_mode === 'none')
        return [failure(id, 'whoever answers is believed to be the server', advice)]
      return when(ssl.verification_mode === 'certificate', () =>
        warning(id, 'whoever has any certificate of the authority is believed to be the server', advice),
      )
    }),
  )
}

/** Claims that users can often change themselves, or that somebody else gets one day. Source: OpenID Connect Core 5.1, 5.7. */
const changeable = [
  ...['email', 'mail', 'emails', 'preferred_username', 'username', 'user_name', 'unique_name', 'upn'],
  ...['name', 'nickname', 'given_name', 'family_name', 'phone_number', 'login'],
]

/** In a domain, whoever has somebody's username in one realm is that person in all. */
function domainChecks({ realms, domains }: Settings): Check[] {
  return domains
    .filter((domain) => domain.realms.length > 1)
    .flatMap((domain) =>
      domain.realms.flatMap(({ type, name }) => {
        const claim = claimsOf(realms, type, name).find(isChangeable)
        return when(claim !== undefined, () =>
          warning(
            `domains.${domain.name}.${type}.${name}`,
            `[${claim ?? ''}] joins people across realms, and users may be able to change it, or get another's`,
            'use a claim that nobody can change and nobody else ever gets, such as sub; or be sure that the issuer sees to it',
          ),
        )
      }),
    )
}

/** The claims that may say who somebody is: where `sub` is missing, what stands in for it. */
function claimsOf({ jwt, introspection }: Settings['realms'], type: string, name: string): string[] {
  if (type === 'introspection') return [introspection[name]?.claims.principal ?? '']
  const own = type === 'jwt' ? jwt[name] : undefined
  if (!own) return []
  const { claims, fallback_claims: fallback } = own
  return [claims.principal, ...(claims.principal === 'sub' && fallback.sub ? [fallback.sub] : [])]
}

/** Some issuers put a URL before a claim's name. */
function isChangeable(claim: string): boolean {
  return changeable.includes(/[^/.:]*$/.exec(claim.toLowerCase())?.[0] ?? '')
}

function when(holds: boolean, check: () => Check): Check[] {
  return holds ? [check()] : []
}
