import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { pino } from 'pino'
import { JwksProblem, parseJwks } from '../authentication/jwt/jwks.ts'
import { createJwksFile } from '../authentication/jwt/jwksFile.ts'
import type { VerificationKey } from '../authentication/jwt/verificationKey.ts'
import type { Settings } from '../config.ts'
import { objectIn } from '../json.ts'
import { createConfiguredIntrospectionRealm } from '../realms/introspectionRealm.ts'
import { enabledIn } from '../realms/madeRealms.ts'
import { failure, ok, skipped, warning, type Check } from './check.ts'
import { ownSource, probe, type Skew } from './probe.ts'

type Realms = Settings['realms']
type JwtSettings = Realms['jwt'][string]

/** What was found where realms have their keys, or ask whose credentials are, and what the clocks there say. */
export interface RealmFindings {
  readonly checks: readonly Check[]
  readonly skews: readonly Skew[]
}

/** Asks all servers of the enabled realms at once, each as its realm would, and reads their files. */
export async function realmChecks(realms: Realms, clock: () => number): Promise<RealmFindings> {
  const findings = await Promise.all([
    ...enabledIn(realms.jwt).map(([name, settings]) => jwtFindings(`realms.jwt.${name}`, settings, clock)),
    ...enabledIn(realms.introspection).map(async ([name, settings]) => ({
      checks: [await introspectionCheck(name, settings, clock)],
      skews: [],
    })),
    ...enabledIn(realms.elasticsearch).map(([name, settings]) =>
      clusterFindings(`realms.elasticsearch.${name}`, settings, clock),
    ),
  ])
  return { checks: findings.flatMap(({ checks }) => checks), skews: findings.flatMap(({ skews }) => skews) }
}

async function jwtFindings(at: string, settings: JwtSettings, clock: () => number): Promise<RealmFindings> {
  const { pkc_jwkset_path: source, allowed_issuer: issuer } = settings
  if (!source)
    return { checks: [ok(`${at}.keys`, 'its key is a secret that it shares with the issuer')], skews: [] }
  if (source.kind === 'file')
    return { checks: [await keyFileCheck(`${at}.keys`, source.path, settings, clock)], skews: [] }
  const [keys, discovery] = await Promise.all([
    probe(settings, source.url, clock),
    URL.canParse(issuer)
      ? probe(settings, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, clock)
      : null,
  ])
  const reason = keys.answer ? `it answers with status ${keys.answer.status}` : keys.reason
  const advice = `see that ${source.url} can be reached from here, and that it is where the issuer has its keys`
  return {
    checks: [
      keys.answer?.status === 200
        ? keysCheck(`${at}.keys`, keys.answer.body, settings, source.url)
        : failure(`${at}.keys`, `its keys cannot be read: ${reason}`, advice),
      discoveryCheck(`${at}.allowed_issuer`, discovery?.answer ?? null, issuer, source.url),
    ],
    skews: keys.answer && keys.skew ? [keys.skew] : [],
  }
}

async function keyFileCheck(
  id: string,
  path: string,
  settings: JwtSettings,
  clock: () => number,
): Promise<Check> {
  try {
    const { text } = await createJwksFile(path)(AbortSignal.timeout(10_000))
    const days = Math.floor((clock() - (await stat(path)).mtimeMs) / 86_400_000)
    const changed = days === 0 ? 'within a day' : `${days} ${days === 1 ? 'day' : 'days'} ago`
    return keysCheck(id, text, settings, `a file that was changed ${changed}`)
  } catch (thrown) {
    return failure(
      id,
      `its keys cannot be read: ${(thrown as Error).message}`,
      `see that ${path} is there and may be read`,
    )
  }
}

function keysCheck(id: string, text: string, settings: JwtSettings, where: string): Check {
  const advice = 'see that the issuer publishes keys for one of allowed_signature_algorithms'
  try {
    const { allowed_signature_algorithms: allowed } = settings
    const { keys, skipped: unusable, exposed } = parseJwks(text, 'pkc', allowed)
    if (keys.length === 0) {
      const reasons = unusable.length > 0 ? ` that can be used: ${unusable.join('; ')}` : ''
      return failure(id, `it holds no key${reasons}`, advice)
    }
    const finding = `${keys.map(strengthOf).join(', ')}, from ${where}`
    if (exposed.length > 0)
      return warning(
        id,
        `${finding}; with its private part: ${exposed.join('; ')}`,
        'leave only the public parts there, and have the issuer make new keys: whoever has read it can sign tokens',
      )
    if (unusable.length === 0) return ok(id, finding)
    return warning(
      id,
      `${finding}; not used: ${unusable.join('; ')}`,
      'tokens that such a key has signed are refused',
    )
  } catch (thrown) {
    if (!(thrown instanceof JwksProblem)) throw thrown
    return failure(id, thrown.message, 'put the JWK set of the issuer there')
  }
}

function strengthOf({ key, algorithms }: VerificationKey): string {
  const { modulusLength } = key.asymmetricKeyDetails ?? {}
  const size = modulusLength === undefined ? key.export({ format: 'jwk' }).crv : `RSA ${modulusLength}`
  return `${size} (${algorithms.join(' ')})`
}

/** Source: OpenID Connect Discovery 1.0, section 4. */
function discoveryCheck(
  id: string,
  answer: { status: number; body: string } | null,
  issuer: string,
  keysUrl: string,
): Check {
  const said = answer?.status === 200 ? objectIn(Buffer.from(answer.body)) : null
  if (typeof said?.issuer !== 'string')
    return skipped(id, 'the issuer says nothing of itself at .well-known/openid-configuration')
  if (said.issuer !== issuer)
    return failure(
      id,
      'the issuer calls itself otherwise: its tokens are refused',
      `compare it letter by letter with [${printed(said.issuer)}]`,
    )
  return typeof said.jwks_uri === 'string' && said.jwks_uri !== keysUrl
    ? warning(
        id,
        'the issuer has its keys elsewhere',
        `compare pkc_jwkset_path with [${printed(said.jwks_uri)}]`,
      )
    : ok(id, 'the issuer calls itself so, and has its keys there')
}

function printed(text: string): string {
  return text.slice(0, 300).toWellFormed()
}

/** Asks whose a token is that nobody has issued: who may ask is told that it is not active. */
async function introspectionCheck(
  name: string,
  settings: Realms['introspection'][string],
  clock: () => number,
): Promise<Check> {
  const id = `realms.introspection.${name}`
  const ref = { name, type: 'introspection', domain: null }
  const { realm, problem, close } = createConfiguredIntrospectionRealm(ref, settings, {
    clock,
    logger: silent,
  })
  try {
    const token = randomBytes(32).toString('base64url')
    await realm.authenticate({ kind: 'accessToken', token, clientSecret: null }, ownSource)
    return ok(id, 'its server answers, and knows the gateway as its client')
  } catch {
    const advice =
      'see that op.introspection_endpoint can be reached from here, and that rp.* are what it knows'
    return failure(id, problem() ?? 'its server does not say whose a token is', advice)
  } finally {
    close()
  }
}

const silent = pino({ level: 'silent' })

async function clusterFindings(
  at: string,
  settings: Realms['elasticsearch'][string],
  clock: () => number,
): Promise<RealmFindings> {
  const asked = await Promise.all(
    settings.hosts.map((host) =>
      probe(settings, `${host.replace(/\/+$/, '')}/_security/_authenticate`, clock),
    ),
  )
  const gone = asked.flatMap((probed) => {
    // Without credentials it says so, or, with anonymous access, who that is.
    if (probed.answer)
      return [200, 401].includes(probed.answer.status) ? [] : [`status ${probed.answer.status}`]
    return [probed.reason]
  })
  const advice = 'see that hosts are the addresses of the cluster, and can be reached from here'
  const finding = `${gone.length} of ${asked.length} hosts do not answer: ${gone.join('; ')}`
  return {
    checks: [
      gone.length === 0
        ? ok(at, 'all its hosts answer')
        : (gone.length < asked.length ? warning : failure)(at, finding, advice),
    ],
    skews: asked.flatMap((probed) => (probed.answer && probed.skew ? [probed.skew] : [])),
  }
}
