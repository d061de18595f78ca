import { z } from 'zod'
import { parseJson } from '../../json.ts'
import type { RemoteAnswer } from '../remote/remote.ts'
import { refused, type Refusal } from '../realm.ts'
import type { AuthenticationType, Subject, SubjectType } from '../subject.ts'

/** Whom a cluster says that credentials prove. */
export interface ClusterUser extends Omit<Subject, 'realm'> {
  readonly kind: 'user'
  /** The cluster's own, of the user for whom the credentials stand. */
  readonly realm: { readonly name: string; readonly type: string }
  readonly authenticationType: AuthenticationType
  readonly subjectType: SubjectType
}

/**
 * Reads what a cluster answers to `GET /_security/_authenticate`. Source: spec 4.2.
 * @throws with a reason that repeats no value, if that is no answer of Elasticsearch which says yes or no
 */
export function readClusterUser({ status, headers, body }: RemoteAnswer): ClusterUser | Refusal {
  if (status === 401) {
    parsed(denial, body)
    return refusal('the cluster does not know these credentials')
  }
  if (status !== 200) throw new Error(`it answers with status ${status}`)
  if (headers['x-elastic-product'] !== 'Elasticsearch') throw new Error('it is not Elasticsearch')
  const answer = parsed(authentication, body)
  const { authentication_realm: by, lookup_realm: realm = by, authentication_type: type } = answer
  if (!answer.enabled) return refusal('the user is disabled in the cluster')
  if (type === 'anonymous' || type === 'internal') return refusal(`the cluster takes them for ${type}`)
  const subjectType = subjectTypeOf(realm.type, type)
  const { username, full_name: fullName = null, email = null, metadata } = answer
  const roles = subjectType === 'service_account' ? serviceRolesOf(username) : answer.roles
  return {
    ...{ kind: 'user', username, roles, fullName, email, metadata, realm },
    authenticationType: type,
    subjectType,
  }
}

const name = z.string().min(1).max(1_024)
const realmRef = z.object({ name, type: name })

const authentication = z.object({
  username: name,
  roles: z.array(z.string()),
  full_name: z.string().nullish(),
  email: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).default({}),
  enabled: z.boolean(),
  authentication_realm: realmRef,
  lookup_realm: realmRef.optional(),
  authentication_type: z.enum(['realm', 'token', 'api_key', 'anonymous', 'internal']),
})

/** A 401 of Elasticsearch, and not of something before it. */
const denial = z.object({ error: z.object({ type: z.literal('security_exception') }) })

function parsed<T>(schema: z.ZodType<T>, body: string): T {
  const { data, error } = schema.safeParse(jsonIn(body))
  if (error) throw new Error(`its answer has no valid [${error.issues[0]?.path.join('.') ?? ''}]`)
  return data
}

/** Metadata can hold what is not taken here, such as a number that would be altered: it is left out, and the yes stands. */
function jsonIn(body: string): unknown {
  try {
    return parseJson(Buffer.from(body))
  } catch {
    return withoutMetadata(body)
  }
}

function withoutMetadata(body: string): unknown {
  try {
    const answer = JSON.parse(body) as object
    return parseJson(Buffer.from(JSON.stringify({ ...answer, metadata: {} })))
  } catch {
    throw new Error('its answer is not JSON')
  }
}

function refusal(detail: string): Refusal {
  return { ...refused, detail }
}

/** By the realm that Elasticsearch makes up for what is no user, also behind a token that such a one got. */
function subjectTypeOf(realmType: string, authenticationType: AuthenticationType): SubjectType {
  if (realmType === '_service_account') return 'service_account'
  return authenticationType === 'api_key' || realmType === '_es_api_key' ? 'api_key' : 'user'
}

/** What a service account may do is fixed, and no role that is listed: of Kibana's, what is done here is known. */
function serviceRolesOf(username: string): string[] {
  return username === 'elastic/kibana' ? ['kibana_system'] : []
}
