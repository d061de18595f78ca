import { z } from 'zod'
import { certificates } from './keySource.ts'
import { realmSetting, type RealmPlace } from './realmSetting.ts'
import { durationFrom, integer } from './value.ts'

/** How a realm reaches another server. Source: spec 5.1. */
export function connection(place: RealmPlace, mostConnections = 200) {
  const { texts, choice } = realmSetting(place)
  return {
    http: z
      .strictObject({
        connect_timeout: timeout.prefault('5s'),
        connection_read_timeout: timeout.prefault('5s'),
        socket_timeout: timeout.prefault('5s'),
        max_connections: integer(1, 10_000).default(mostConnections),
        max_endpoint_connections: integer(1, 10_000).default(200),
      })
      .prefault({}),
    ssl: z
      .strictObject({
        certificate_authorities: texts('ssl.certificate_authorities')
          .pipe(z.array(z.string().transform(certificates(place.file.folder))))
          .optional(),
        verification_mode: choice('ssl.verification_mode', ['full', 'certificate', 'none']).prefault('full'),
      })
      .prefault({}),
  }
}

const timeout = durationFrom(1, 60_000, 'more than 0 and at most 1m')
