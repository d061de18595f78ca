import { LRUCache } from 'lru-cache'
import type { Attempt } from '../authentication/attempt.ts'
import type { IdentifyCaller } from '../authentication/caller.ts'
import type { Credentials } from '../authentication/credentials.ts'
import type { Origin } from '../authentication/origin.ts'
import type { Proven, ProofVerdict, Prove } from '../authentication/prove.ts'
import type { Refusal } from '../authentication/realm.ts'
import type { TooManyAttempts } from '../authentication/throttle/tooManyAttempts.ts'
import { Failure, failureOf } from '../errors.ts'
import { withoutStated, type AuditEvent } from './auditLine.ts'
import type { NameHash } from './nameHash.ts'
import { proofOf, type RecordEvent } from './recorder.ts'

interface AuthenticationsParts {
  record: RecordEvent
  nameHash: NameHash
}

/** How much memory remembered hashes take, about, in characters. */
const mostHashes = 262_144

const grantTypes = { password: 'password', accessToken: 'access_token', apiKey: 'api_key' } as const

const event = { category: ['authentication'], type: ['start'], action: 'authentication' } as const

/** Makes what records who is proven and who is not: callers by what their requests say, subjects by their grants. */
export function createAuthentications({ record, nameHash }: AuthenticationsParts) {
  /** Requests whose caller was proven, and grants that were: some are proven again while they are answered. */
  const proven = new WeakSet<object>()
  /** Requests whose caller was refused. */
  const refused = new WeakSet<Origin>()
  /** Of users who were proven, who come again and again: what else is typed is not kept. */
  const hashes = new LRUCache<string, string>({ maxSize: mostHashes })

  return {
    prove(prove: Prove): Prove {
      return (credentials, attempt) =>
        prove(credentials, attempt).then(
          (answer) => {
            proof(credentials, attempt, answer)
            return answer
          },
          (thrown: unknown) => {
            proof(credentials, attempt, failureOf(thrown))
            throw thrown
          },
        )
    },

    proof,

    /** Records also what is refused before anybody is asked. */
    identifyCaller(identify: IdentifyCaller): IdentifyCaller {
      return async function recordedIdentify(headers, uri, origin) {
        try {
          return await identify(headers, uri, origin)
        } catch (thrown) {
          if (!refused.has(origin)) {
            const { code } = failureOf(thrown)
            const why = headers.authorization === undefined ? 'MISSING_CREDENTIALS' : 'MALFORMED_CREDENTIALS'
            const reason = code === 'UNAUTHENTICATED' ? why : code
            const event = failed(reason)
            record(origin, false, { event, profile_gateway: { proves: 'caller' } }, withoutStated(origin))
          }
          throw thrown
        }
      }
    },
  }

  function hashOfUser(username: string): string {
    const known = hashes.get(username)
    if (known !== undefined) return known
    const hash = nameHash(username)
    hashes.set(username, hash, { size: username.length + hash.length })
    return hash
  }

  function proof(credentials: Credentials, attempt: Attempt, verdict: ProofVerdict): void {
    if (verdict instanceof Failure) failure(credentials, attempt, verdict.code, false)
    else if (verdict.kind === 'proven') success(credentials, attempt, verdict)
    else failure(credentials, attempt, reasonOf(verdict), 'isKnown' in verdict)
  }

  function success(
    credentials: Credentials,
    attempt: Attempt,
    { subject, standing, authenticationType }: Proven,
  ): void {
    const once = attempt.role === 'caller' ? attempt.origin : credentials
    if (proven.has(once)) return
    proven.add(once)
    const hash = credentials.kind === 'password' ? hashOfUser(credentials.username) : undefined
    say(attempt, {
      event: { ...event, outcome: 'success' },
      user: { name: subject.username, hash, roles: subject.roles },
      profile_gateway: {
        grant_type: grantTypes[credentials.kind],
        ...proofOf({ ...standing, realm: subject.realm, authenticationType }),
      },
    })
  }

  /** A name that is no user's may be a password, and the id of no API key may be one too: they are hashed. */
  function failure(credentials: Credentials, attempt: Attempt, reason: string, isKnown: boolean): void {
    if (attempt.role === 'caller') refused.add(attempt.origin)
    const grant_type = grantTypes[credentials.kind]
    const about = { event: failed(reason), profile_gateway: { grant_type } }
    if (credentials.kind === 'accessToken') return say(attempt, about)
    if (credentials.kind === 'password') {
      const { username } = credentials
      const hash = nameHash(username)
      return say(attempt, { ...about, user: { name: isKnown ? username : undefined, hash } })
    }
    const api_key = isKnown ? { id: credentials.id } : { hash: nameHash(credentials.id) }
    say(attempt, { ...about, profile_gateway: { grant_type, api_key } })
  }

  function say(attempt: Attempt, { event, user, profile_gateway: details }: AuditEvent): void {
    if (attempt.role === 'caller') {
      const { origin } = attempt
      record(
        origin,
        false,
        { event, user, profile_gateway: { proves: 'caller', ...details } },
        withoutStated(origin),
      )
      return
    }
    const { caller } = attempt
    const by = { name: caller.username, ...proofOf(caller) }
    const line = { event, user, profile_gateway: { proves: 'subject', ...details, caller: by } }
    // Whoever may try a grant is believed.
    record(caller.origin, false, line, caller.origin)
  }
}

function failed(reason: string): AuditEvent['event'] {
  return { ...event, outcome: 'failure', reason }
}

function reasonOf(answer: Refusal | TooManyAttempts): string {
  return answer.kind === 'refused' ? answer.reason : 'TOO_MANY_ATTEMPTS'
}
