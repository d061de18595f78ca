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
        connect_timeout: timeout.prefault('5s').describe('How long connecting may take.'),
        connection_read_timeout: timeout.prefault('5s').describe('How long all of an answer may take.'),
        socket_timeout: timeout.prefault('5s').describe('How long the server may be silent at most.'),
        max_connections: integer(1, 10_000)
          .default(mostConnections)
          .describe('How many connections there may be at once.'),
        max_endpoint_connections: integer(1, 10_000)
          .default(200)
          .describe('How many connections to one address there may be at once.'),
      })
      .prefault({})
      .describe('How the other server is asked.'),
    ssl: z
      .strictObject({
        certificate_authorities: texts('ssl.certificate_authorities')
          .pipe(z.array(z.string().transform(certificates(place.file.folder))))
          .optional()
          .meta({
            ...{ expected: 'a list of files', examples: [['authority.pem']] },
            description:
              "PEM files of the authorities that the server's certificate may be from, in place of those that Node knows.",
          }),
        verification_mode: choice('ssl.verification_mode', ['full', 'certificate', 'none'])
          .prefault('full')
          .describe(
            "How the server's certificate is checked: `full`; `certificate`, with any host name; or `none`, for trials only.",
          ),
      })
      .prefault({})
      .describe('How the other server is recognized.'),
  }
}

const timeout = durationFrom(1, 60_000, 'more than 0 and at most 1m')
