import { z } from 'zod'
import { connection } from './connection.ts'
import { endpoint } from './keySource.ts'
import { realmSetting, type RealmPlace } from './realmSetting.ts'
import { duration, integer, order, yesOrNo } from './value.ts'

/** The settings of a realm that asks an Elasticsearch cluster whose credentials are. */
export function elasticsearchRealm(place: RealmPlace) {
  return z.strictObject({
    /** The place in the chain: realms are asked in ascending order. */
    order,
    enabled: yesOrNo().default(true),
    /** The addresses of the cluster's nodes: the next one is asked where one cannot be reached. */
    hosts: realmSetting(place)
      .texts('hosts')
      .pipe(z.array(z.string().transform(endpoint).refine(isBare, 'expected a URL without ? and #'))),
    /** What is remembered of proven credentials, tied to a hash of them. */
    cache: z
      .strictObject({
        ttl: duration.prefault('60s'),
        size: integer(0, 10_000_000).default(100_000),
      })
      .prefault({}),
    // Each question can be a password to be hashed there: more at once would only wait longer, until none is in time.
    ...connection(place, 20),
  })
}

/** Paths of the cluster are put behind it. */
function isBare(url: string): boolean {
  return !/[?#]/.test(url)
}

export type ElasticsearchRealmSettings = z.output<ReturnType<typeof elasticsearchRealm>>
