import { z } from 'zod'
import { elasticsearchRealm } from './elasticsearchRealm.ts'
import { introspectionRealm } from './introspectionRealm.ts'
import { jwtRealm } from './jwtRealm.ts'
import { realmProblems } from './realmProblems.ts'
import type { RealmPlace } from './realmSetting.ts'
import type { SettingsFile } from './settingsFile.ts'
import { unknownSettings } from './unknownSettings.ts'
import { enabled, order, yesOrNo } from './value.ts'

const nativeRealm = z.strictObject({
  order,
  enabled,
  self_activation: yesOrNo()
    .default(false)
    .describe("Whether its users may activate their own profiles, by the gateway's tokens."),
})

/** What a realm of each type is made of. */
export const realmTypes = {
  native: () => nativeRealm,
  jwt: jwtRealm,
  elasticsearch: elasticsearchRealm,
  introspection: introspectionRealm,
}

/** The native realm that is there without being named: it comes before all that are. */
const implicit = { native: { order: -Infinity, enabled: true, self_activation: false } }

export function realms(file: Pick<SettingsFile, 'folder' | 'originOf'>) {
  return z
    .strictObject({
      native: z
        .record(z.string(), nativeRealm)
        .refine((named) => Object.keys(named).length <= 1, { error: 'there can be only one native realm' })
        .transform((named) => (Object.keys(named).length > 0 ? named : implicit))
        .default(implicit)
        .describe(
          'Users in the database. Unless it is configured, this realm is called `native` and comes before all others.',
        ),
      jwt: named('jwt', jwtRealm).describe('Issuers whose signed tokens (JWT) prove users, by name.'),
      elasticsearch: named('elasticsearch', elasticsearchRealm).describe(
        'Elasticsearch clusters that are asked to whom credentials belong, by name.',
      ),
      introspection: named('introspection', introspectionRealm).describe(
        'OAuth servers that are asked to whom opaque tokens belong, by name.',
      ),
    })
    .superRefine(
      (all, context) => {
        for (const [path, message] of realmProblems(all)) {
          context.addIssue({ code: 'custom', path: [...path], message })
        }
      },
      { when: () => true },
    )
    .prefault({})
    .describe('What can prove users, by type and name.')

  /** Realms of one type by name. */
  function named<Settings>(type: string, settingsOf: (place: RealmPlace) => z.ZodType<Settings>) {
    return z
      .record(z.string(), z.unknown())
      .transform((given, context) => {
        const parsed = Object.entries(given).map(([name, settings]): [string, Settings] => {
          const { data, error } = settingsOf({ type, name, file }).safeParse(settings, {
            error: unknownSettings,
          })
          for (const issue of error?.issues ?? []) {
            context.issues.push({ ...issue, path: [name, ...issue.path], input: settings } as never)
          }
          // What is wrong in itself still has a name and an order that others may have.
          return [name, data ?? (settings as Settings)]
        })
        return Object.fromEntries(parsed)
      })
      .prefault({})
  }
}
