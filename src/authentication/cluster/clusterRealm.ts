// Realms that ask an Elasticsearch cluster whose credentials are. This folder knows what such a cluster is asked and what
// its answer means; it knows neither how servers are reached, nor what profiles are.

import { Failure } from '../../errors.ts'
import type { Grant } from '../credentials.ts'
import type { Proof, Realm, Refusal } from '../realm.ts'
import type { Remote } from '../remote/remote.ts'
import type { Source } from '../source.ts'
import type { RealmRef } from '../subject.ts'
import { createSingleFlight } from '../singleFlight.ts'
import { clusterHeadersOf } from './clusterHeaders.ts'
import { readClusterUser, type ClusterUser } from './clusterUser.ts'
import type { ProvenCredentials } from './provenCredentials.ts'

interface ClusterRealmParts {
  /** Under which the realm is configured. */
  name: string
  /** Where the cluster is asked who somebody is. */
  urls: readonly string[]
  remote: Pick<Remote, 'ask'>
  proven: ProvenCredentials<ClusterUser>
  /** One of the cluster's realms, with the domain that it is in here. */
  refOf: (type: string, name: string) => RealmRef
  clock: () => number
  /** Told why answers say neither yes nor no, whenever that changes; null: they do again. */
  report: (reason: string | null) => void
}

export interface ClusterRealm extends Realm {
  /** Why the cluster's last answer says neither yes nor no, or null. */
  readonly problem: () => string | null
}

/** Proves users of a cluster by what the cluster itself says of their password or token. Source: spec 4.2. */
export function createClusterRealm(parts: ClusterRealmParts): ClusterRealm {
  const { name, urls, remote, proven, refOf, clock, report } = parts
  const once = createSingleFlight<ClusterUser | Refusal>()
  let problem: string | null = null

  return {
    async authenticate(credentials, source, anew = false) {
      if (credentials.kind === 'apiKey') return null
      const headers = clusterHeadersOf(credentials)
      if (!headers) return null
      const answer = await answerTo(credentials, headers, source, anew)
      return answer.kind === 'user' ? proofOf(answer) : answer
    },
    problem: () => problem,
  }

  /** The remembered answer, unless a new one is wanted; else all who want it now share one question. */
  async function answerTo(
    credentials: Grant,
    headers: Readonly<Record<string, string>>,
    source: Source,
    anew: boolean,
  ): Promise<ClusterUser | Refusal> {
    const key = proven.keyOf(credentials)
    const remembered = anew ? null : proven.find(key)
    return remembered ?? once(key, () => ask(key, headers, source))
  }

  /** @throws `UNAVAILABLE` where the cluster cannot be asked, or does not say */
  async function ask(
    key: string,
    headers: Readonly<Record<string, string>>,
    source: Source,
  ): Promise<ClusterUser | Refusal> {
    const askedAt = clock()
    const response = await remote.ask(urls, { method: 'GET', headers: { ...headers, accept } }, source)
    try {
      const answer = readClusterUser(response)
      became(null)
      if (answer.kind === 'user') proven.remember(key, answer, askedAt)
      return answer
    } catch (thrown) {
      became((thrown as Error).message)
      throw new Failure('UNAVAILABLE', 'a realm cannot judge now, try again later', { isReported: true })
    }
  }

  function became(now: string | null): void {
    if (now !== problem) report(now)
    problem = now
  }

  function proofOf({
    realm: { type, name: own },
    authenticationType,
    subjectType,
    ...user
  }: ClusterUser): Proof {
    const { username, roles, fullName, email, metadata } = user
    return {
      kind: 'proven',
      subject: { username, roles, fullName, email, metadata, realm: refOf(type, own) },
      authenticationType,
      standing: { subjectType, mappedFrom: null, apiKey: null, via: name },
      basis: null,
      securityEpoch: null,
    }
  }
}

const accept = 'application/json'
