import { z } from 'zod'
import { connection } from './connection.ts'
import { endpoint } from './keySource.ts'
import { realmSetting, type RealmPlace } from './realmSetting.ts'
import { duration, enabled, integer, order } from './value.ts'

/** The settings of a realm that asks an Elasticsearch cluster whose credentials are. */
export function elasticsearchRealm(place: RealmPlace) {
  return z.strictObject({
    order,
    enabled,
    hosts: realmSetting(place)
      .texts('hosts')
      .pipe(z.array(z.string().transform(endpoint).refine(isBare, 'expected a URL without ? and #')))
      .meta({
        ...{ expected: 'a list of https URLs', examples: [['https://es1.example.com:9200']] },
        description:
          "The addresses of the cluster's nodes: if one cannot be reached, the next one is asked. `http` leads only to this machine, as `127.0.0.1` or `[::1]`.",
      }),
    cache: z
      .strictObject({
        ttl: duration
          .prefault('60s')
          .describe('How long proven credentials are remembered; 0 asks every time.'),
        size: integer(0, 10_000_000).default(100_000).describe('How many of them are remembered.'),
      })
      .prefault({})
      .describe('What is remembered of proven credentials, tied to a hash of them.'),
    // Each question can be a password to be hashed there: more at once would only wait longer, until none is in time.
    ...connection(place, 20),
  })
}

/** Paths of the cluster are put behind it. */
function isBare(url: string): boolean {
  return !/[?#]/.test(url)
}
